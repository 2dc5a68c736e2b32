/// Chooses the images and labels of every step and copies the images into a plan's input.
struct BatchSource: Sendable {
    let gathering: BatchGathering
    var order: BatchOrder

    /// Some images and their labels.
    struct Batch {
        /// The number of the pass through the images; augmentations depend on it.
        let pass: Int
        /// The index of each image in the data set.
        let images: ArraySlice<Int32>
        fileprivate let gathering: BatchGathering

        var count: Int { images.count }

        /// One label per image.
        var labels: [Int32] { images.map { gathering.dataset.labels.values[Int($0)] } }

        /// The images with these positions in the batch.
        func part(_ range: Range<Int>) -> Batch {
            Batch(
                pass: pass, images: images.dropFirst(range.lowerBound).prefix(range.count),
                gathering: gathering)
        }

        /// Copies the images, transformed and scaled, into a plan's input.
        func gather(into input: InputView) { gathering.gather(images, pass: pass, into: input) }
    }

    /// - Parameters:
    ///   - dataset: the images; at least one.
    ///   - stepsPerEpoch: `nil` for one pass per epoch.
    ///   - augmentation: transforms every image anew in every pass.
    ///   - shuffle: whether each pass has its own order.
    ///   - seed: the seed of orders and augmentations.
    /// - Throws: ``TrainingError`` if the data to augment are vectors, not images.
    init(
        _ dataset: ImageDataset, batchSize: Int, stepsPerEpoch: Int? = nil,
        augmentation: ImageDataGenerator? = nil, shuffle: Bool = false, seed: UInt64 = 0
    ) throws {
        guard augmentation == nil || dataset.imageShape.count == 3 else {
            throw TrainingError.invalid(
                argument: "the shape of the data to augment", value: "\(dataset.imageShape)",
                allowed: "images, [height, width, channels]")
        }
        gathering = BatchGathering(dataset: dataset, augmentation: augmentation, seed: seed)
        order = BatchOrder(
            count: dataset.count, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch,
            shuffledBy: shuffle ? seed : nil)
    }

    var batchSize: Int { order.batchSize }
    var stepsPerEpoch: Int { order.stepsPerEpoch }

    /// The batch of a step of an epoch, both counted from 0.
    mutating func batch(epoch: Int, step: Int) -> Batch {
        let (pass, images) = order.batch(epoch: epoch, step: step)
        return Batch(pass: pass, images: images, gathering: gathering)
    }

    /// The batches of an epoch; epochs are counted from 0.
    func epoch(_ epoch: Int = 0) -> some Sequence<Batch> {
        var source = self
        return (0..<stepsPerEpoch).lazy.map { source.batch(epoch: epoch, step: $0) }
    }

    /// A whole data set, in stored order, as one batch.
    static func whole(_ dataset: ImageDataset) throws -> Batch {
        var source = try BatchSource(dataset, batchSize: dataset.count)
        return source.batch(epoch: 0, step: 0)
    }
}
