/// An endless sequence of batches of transformed images, pass after pass, like Keras's `flow`.
///
/// ```swift
/// let flow = try augmentation.flow(train.rescaled(), batchSize: 128, seed: 7)
/// for batch in flow.epoch(0) { … }                      // one pass
/// for batch in flow.prefix(3 * flow.stepsPerEpoch) { … }  // three passes
/// ```
///
/// A ``Model`` with the same seed trains on the same batches in `fit`.
public struct ImageFlow: Sequence, Sendable {
    private let source: BatchSource

    init(
        _ generator: ImageDataGenerator, _ dataset: ImageDataset, batchSize: Int, shuffle: Bool, seed: UInt64
    ) throws {
        source = try BatchSource(
            dataset, batchSize: batchSize, augmentation: generator, shuffle: shuffle, seed: seed)
    }

    /// The number of batches in a pass; the last batch may be smaller.
    public var stepsPerEpoch: Int { source.stepsPerEpoch }

    /// All batches, starting with the first pass.
    public func makeIterator() -> AnyIterator<ImageBatch> {
        var source = source
        var step = 0
        return AnyIterator {
            defer { step += 1 }
            return images(of: source.batch(epoch: 0, step: step))
        }
    }

    /// The batches of one pass, counted from 0.
    public func epoch(_ epoch: Int) -> some Sequence<ImageBatch> {
        source.epoch(epoch).lazy.map(images)
    }

    /// One batch of a pass, both counted from 0.
    package func batch(_ number: Int, ofPass pass: Int) -> ImageBatch {
        var source = source
        return images(of: source.batch(epoch: pass, step: number))
    }

    private func images(of batch: BatchSource.Batch) -> ImageBatch {
        let dataset = source.gathering.dataset
        let (size, count) = (dataset.bytesPerImage, batch.count)
        let channels = dataset.imageShape[2]
        Threads.use(Threads.standard)
        let images = [Float](unsafeUninitializedCapacity: count * size) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            batch.gather(
                into: InputView(
                    base: UnsafeMutableRawPointer(base), precision: .float32, sampleStride: size,
                    pixelStride: channels, channelStride: 1, pixels: size / channels, channels: channels))
            initialized = count * size
        }
        return ImageBatch(
            images: images, shape: [count] + dataset.imageShape, labels: batch.labels,
            indices: batch.images.map(Int.init))
    }
}

extension ImageDataGenerator {
    /// Batches of transformed images, for custom training loops.
    ///
    /// - Parameters:
    ///   - dataset: the images. Values are multiplied by both the data set's ``ImageDataset/rescale`` and the
    ///     generator's ``rescale``.
    ///   - batchSize: images per batch.
    ///   - shuffle: whether each pass is shuffled anew.
    ///   - seed: the same seed gives the same batches.
    /// - Throws: ``TrainingError`` for a data set without images, images that are not
    ///   `[height, width, channels]`, or a batch size below 1.
    public func flow(
        _ dataset: ImageDataset, batchSize: Int = 32, shuffle: Bool = true, seed: UInt64 = 0
    ) throws -> ImageFlow {
        guard dataset.count > 0 else { throw TrainingError.noImages("flowing") }
        guard batchSize > 0 else {
            throw TrainingError.invalid(argument: "batchSize", value: "\(batchSize)", allowed: "1 or more")
        }
        return try ImageFlow(self, dataset, batchSize: batchSize, shuffle: shuffle, seed: seed)
    }
}
