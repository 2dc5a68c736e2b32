import BigEggs
import Foundation

extension Model {
    /// Re-estimates the moving statistics of batch normalization, with fixed weights.
    ///
    /// Moving means and variances lag behind the weights. After a short training they are still biased toward
    /// their initial values, 0 and 1. One pass over the images in training mode, without weight updates,
    /// brings them up to date. After the pass they still contain a share of their old values, which is removed
    /// as in Adam's bias correction. Weights, optimizer state, and learning rate or schedule stay unchanged.
    ///
    /// Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3, "precise batch normalization";
    /// for the correction, Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 3.
    ///
    /// - Parameters:
    ///   - dataset: the images that the model was trained on.
    ///   - momentum: the momentum of all batch normalization layers.
    ///   - callbacks: callbacks for the pass, such as a progress bar.
    /// - Throws: what `fit` throws.
    public func measurePreciseStatistics(
        on dataset: ImageDataset, batchSize: Int, momentum: Float = BatchNormalization().momentum,
        callbacks: [any Callback] = []
    ) throws {
        let before = try weights()
        // The images come in the order of the first epoch, so that the statistics do not depend on the number of
        // epochs trained.
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
                // Rounding can make a zero variance slightly negative.
                return Float(isVariance ? max(0, value) : value)
            }
            return tensor
        }
        try setWeights(precise)
    }
}

extension BatchNormalization {
    /// The share of the initial values that is left in the moving statistics after `steps` steps.
    public func startLeft(after steps: Int) -> Double { pow(Double(momentum), Double(steps)) }
}
