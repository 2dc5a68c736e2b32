extension Model {
    /// Throws unless the images fit the model.
    ///
    /// - Parameter purpose: "training", "validation" and so on, for errors.
    /// - Throws: ``TrainingError``.
    func check(_ dataset: ImageDataset, _ purpose: String, labelled: Bool = true) throws {
        guard dataset.count > 0 else { throw TrainingError.noImages(purpose) }
        let flattens = inputShape == [dataset.bytesPerImage]
        guard dataset.imageShape == inputShape || flattens else {
            throw TrainingError.inputShape(found: dataset.imageShape, expected: inputShape)
        }
        guard !labelled || dataset.classNames.count <= classes else {
            throw TrainingError.tooManyClasses(dataset: dataset.classNames.count, outputs: classes)
        }
    }

    /// Throws if a pixel is not finite, since a ReLU would turn NaN into 0 and hide it.
    ///
    /// Reads all pixels that are stored as floats; bytes are always finite.
    ///
    /// - Throws: ``TrainingError/pixelNotFinite(purpose:image:value:)``;
    ///   ``TrainingError/invalid(argument:value:allowed:)`` if the scale is not finite.
    func checkPixels(_ dataset: ImageDataset, _ purpose: String) throws {
        guard dataset.rescale.isFinite else {
            throw TrainingError.invalid(
                argument: "rescale", value: "\(dataset.rescale)", allowed: "a finite number")
        }
        Threads.use(threads)
        guard let (index, value) = dataset.pixels.firstInfinite else { return }
        throw TrainingError.pixelNotFinite(
            purpose: purpose, image: dataset.firstIndex + index / dataset.bytesPerImage, value: value)
    }

    func checkPositive(_ argument: String, _ value: Int) throws {
        guard value > 0 else {
            throw TrainingError.invalid(argument: argument, value: "\(value)", allowed: "1 or more")
        }
    }
}
