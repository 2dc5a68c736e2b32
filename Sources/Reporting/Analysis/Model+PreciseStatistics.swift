import BigEggs
import Foundation

extension Model {
    /// Measures anew what batch normalization knows of its inputs, with all weights as they are.
    ///
    /// Moving means and variances lag behind the weights, and after a short training still hold much of the 0
    /// and 1 at which they began. One pass over the images, in training's way but without learning, shows what
    /// they come to; that they began the pass where they were is taken out afterwards, as Adam takes it out of its
    /// moments. Weights and the optimizer, with its learning rate or schedule, stay as they are.
    ///
    /// Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3, "precise batch normalization";
    /// for the correction, Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 3.
    ///
    /// - Parameters:
    ///   - dataset: the images that it was trained on.
    ///   - momentum: that of all its batch normalizations.
    ///   - callbacks: what follows the pass, such as a progress bar.
    /// - Throws: what `fit` throws.
    public func measurePreciseStatistics(
        on dataset: ImageDataset, batchSize: Int, momentum: Float = BatchNormalization().momentum,
        callbacks: [any Callback] = []
    ) throws {
        let before = try weights()
        // The order of the first epoch, so that the same images give the same statistics however long it was trained.
        _ = try withoutLearning {
            try fit(dataset, batchSize: batchSize, epochs: 1, initialEpoch: 0, callbacks: callbacks)
        }
        let steps = BatchOrder.steps(through: dataset.count, batchSize: batchSize)
        let left = BatchNormalization(momentum: momentum).startLeft(after: steps)
        let precise = zip(before, try weights()).map { before, after -> NamedTensor in
            let isVariance = after.name.hasSuffix("/moving_variance")
            guard isVariance || after.name.hasSuffix("/moving_mean") else { return after }
            var tensor = after
            tensor.values = zip(before.values, after.values).map { before, after in
                let value = (Double(after) - left * Double(before)) / (1 - left)
                // Rounding can leave a variance of nothing a little below 0.
                return Float(isVariance ? max(0, value) : value)
            }
            return tensor
        }
        try setWeights(precise)
    }
}

extension BatchNormalization {
    /// The share of where the moving statistics began that is in them after so many steps.
    public func startLeft(after steps: Int) -> Double { pow(Double(momentum), Double(steps)) }
}
