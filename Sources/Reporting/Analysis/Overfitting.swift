/// Where a training run begins to overfit.
public enum Overfitting {
    /// The first epoch that only improves the fit to the training images, counted from 1.
    ///
    /// That is the epoch after the one with the lowest validation loss, if at least two epochs follow that one and
    /// the last training loss is below its training loss. Nil otherwise: a training that still improves does not
    /// overfit.
    ///
    /// - Parameters:
    ///   - loss: the training loss, one value per epoch.
    ///   - validationLoss: the validation loss, one value per epoch.
    public static func firstEpoch(loss: [Double], validationLoss: [Double]) -> Int? {
        guard let best = validationLoss.indices.min(by: { validationLoss[$0] < validationLoss[$1] }),
            best + 2 < validationLoss.count, let last = loss.last, loss.indices.contains(best),
            last < loss[best]
        else { return nil }
        return best + 2
    }
}
