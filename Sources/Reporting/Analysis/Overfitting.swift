/// Where a training run begins to overfit.
public enum Overfitting {
    /// The first epoch that only improves the fit to the training images, counted from 1.
    ///
    /// Let the best epoch be the one with the lowest validation loss. The result is the epoch after the best one, if at
    /// least two epochs follow the best one and the last training loss is below that of the best epoch. Otherwise the
    /// result is nil: a training that still improves does not overfit.
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
