import BigEggs

/// How long a recipe's training takes here, measured on a few steps.
public enum EpochTime {
    /// The seconds of training for one image.
    ///
    /// They are of the second of two epochs of a step or more; the first makes the plan. The rate is not the recipe's, which
    /// may be too high for any weights.
    ///
    /// - Parameter atOnce: the most images of a step, where the recipe's would need much memory.
    /// - Throws: whatever keeps a recipe from being trained.
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
