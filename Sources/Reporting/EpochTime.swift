import BigEggs

/// The training time of a recipe on this machine, measured on a few steps.
public enum EpochTime {
    /// The training time per image, in seconds.
    ///
    /// Two epochs of at least one step are run, and the second is measured; the first creates the execution plan. The
    /// optimizer is SGD with a tiny learning rate, because the recipe's own rate may be too high.
    ///
    /// - Parameter atOnce: the maximum batch size, to limit memory.
    /// - Throws: errors of making or training the model.
    public static func secondsPerImage(
        _ recipe: Recipe, _ train: ImageDataset, precision: Precision, threads: Int? = nil,
        atOnce: Int = .max
    ) throws -> Double {
        let batchSize = min(recipe.batchSize, atOnce)
        let images = train.prefix(max(batchSize, min(128, atOnce))).withFlattenedLabels().rescaled(
            recipe.rescale)
        let model = try recipe.model(
            classes: train.classNames.count, imageSize: train.imageShape[0], seed: 1, precision: precision,
            threads: threads)
        try model.compile(optimizer: SGD(learningRate: 1e-9))
        let history = try model.fit(
            images, batchSize: batchSize, epochs: 2, augmentation: recipe.generator)
        return (history.seconds.last ?? 0) / Double(images.count)
    }
}
