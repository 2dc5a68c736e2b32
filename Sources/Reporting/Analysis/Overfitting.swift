/// Where a training run begins to overfit.
public enum Overfitting {
    /// The first epoch, counted from 1, after which the network only learned its training images better.
    ///
    /// That is the epoch after the one with the lowest validation loss, if at least two epochs follow it
    /// and the training loss went on falling in them. Nil where the run ended before that: a training
    /// that still improves does not overfit.
    ///
    /// - Parameters:
    ///   - loss: the training loss, one value an epoch.
    ///   - validationLoss: the validation loss, one value an epoch.
    public static func firstEpoch(loss: [Double], validationLoss: [Double]) -> Int? {
        guard let best = validationLoss.indices.min(by: { validationLoss[$0] < validationLoss[$1] }),
            best + 2 < validationLoss.count, let last = loss.last, loss.indices.contains(best),
            last < loss[best]
        else { return nil }
        return best + 2
    }
}
