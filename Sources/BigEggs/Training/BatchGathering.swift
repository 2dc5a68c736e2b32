/// Copies a batch from the data set into a plan's input: one parallel pass that gathers, augments, scales and
/// changes the layout.
struct BatchGathering: Sendable {
    let dataset: ImageDataset
    let augmentation: ImageDataGenerator?
    let seed: UInt64

    /// - Parameters:
    ///   - images: the batch's images, by their index in the data set.
    ///   - pass: the number of the pass through the images; augmentations depend on it.
    func gather(_ images: ArraySlice<Int32>, pass: Int, into input: InputView) {
        switch input.precision {
        case .float32: gather(Float.self, images, pass, input)
        case .bfloat16: gather(BFloat16.self, images, pass, input)
        }
    }

    private func gather<Element: ActivationElement>(
        _ type: Element.Type, _ batch: ArraySlice<Int32>, _ pass: Int, _ input: InputView
    ) {
        let destination = input.base.assumingMemoryBound(to: type)
        let values = input.pixels * input.channels
        let factor = dataset.rescale
        if case .mapped(let images) = dataset.pixels {
            gather(batch, pass, input, destination) { images[$0].baseAddress }
            return images.file.note(used: batch.count * values)
        }
        dataset.pixels.withMemory { pixels in
            switch pixels {
            case .bytes(let images):
                gather(batch, pass, input, destination) { image in
                    images.baseAddress.map { $0 + image * values }
                }
            case .floats(let images):
                forEachImage(of: batch, values) { item, image, buffer in
                    guard let base = images.baseAddress else { return }
                    let source = base + image * values
                    let target = destination + item * input.sampleStride
                    if let augmentation {
                        let parameters = augmentation.randomTransform(
                            seed: seed, epoch: pass, sample: image, imageShape: dataset.imageShape)
                        augmentation.apply(
                            parameters, to: source, imageShape: dataset.imageShape, into: buffer,
                            scale: factor * augmentation.rescale)
                        scatter(input) { target[$1] = Element(buffer[$0]) }
                    } else {
                        scatter(input) { target[$1] = Element(source[$0] * factor) }
                    }
                }
            }
        }
    }

    /// Copies a batch of images whose pixels are bytes.
    ///
    /// - Parameter address: returns the address of an image, given its index in the data set.
    @inline(__always)
    private func gather<Element: ActivationElement>(
        _ batch: ArraySlice<Int32>, _ pass: Int, _ input: InputView,
        _ destination: UnsafeMutablePointer<Element>, from address: (Int) -> UnsafePointer<UInt8>?
    ) {
        let factor = dataset.rescale
        let scaled = (0..<256).map { Element(Float($0) * factor) }
        scaled.withUnsafeBufferPointer { scaled in
            forEachImage(of: batch, input.pixels * input.channels) { item, image, buffer in
                guard let source = address(image) else { return }
                let target = destination + item * input.sampleStride
                if let augmentation {
                    transform(source, image, pass, augmentation, buffer)
                    scatter(input) { target[$1] = Element(buffer[$0]) }
                } else {
                    scatter(input) { target[$1] = scaled[Int(source[$0])] }
                }
            }
        }
    }

    /// Calls `body(item, image, buffer)` for each image of a batch, in parallel. The arguments are the image's index in
    /// the batch, its index in the data set, and a buffer with one float per value.
    @inline(__always)
    private func forEachImage(
        of batch: ArraySlice<Int32>, _ values: Int,
        _ body: (_ item: Int, _ image: Int, _ buffer: UnsafeMutablePointer<Float>) -> Void
    ) {
        batch.withUnsafeBufferPointer { batch in
            Threads.parallel(over: batch.count) { part, _ in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: values) { buffer in
                    guard let buffer = buffer.baseAddress else { return }
                    for item in part { body(item, Int(batch[item]), buffer) }
                }
            }
        }
    }

    private func transform(
        _ source: UnsafePointer<UInt8>, _ image: Int, _ pass: Int, _ augmentation: ImageDataGenerator,
        _ buffer: UnsafeMutablePointer<Float>
    ) {
        let parameters = augmentation.randomTransform(
            seed: seed, epoch: pass, sample: image, imageShape: dataset.imageShape)
        augmentation.apply(
            parameters, to: source, imageShape: dataset.imageShape, into: buffer,
            scale: dataset.rescale * augmentation.rescale)
    }

    /// Calls `move(from, to)` for every value of an image, with the value's index in the data set's layout and its
    /// index in the layout of the input.
    @inline(__always)
    private func scatter(_ input: InputView, _ move: (Int, Int) -> Void) {
        for channel in 0..<input.channels {
            for pixel in 0..<input.pixels {
                move(
                    pixel * input.channels + channel,
                    pixel * input.pixelStride + channel * input.channelStride)
            }
        }
    }
}
