/// Sets the learning rate at the start of every epoch.
///
/// ```swift
/// // Constant for ten epochs, then 10 % smaller in each epoch.
/// let scheduler = LearningRateScheduler { epoch, rate in epoch < 10 ? rate : rate * 0.9 }
/// ```
///
/// For a rate that changes every step, give the optimizer a ``LearningRateSchedule``. As in Keras, the
/// callback and a schedule cannot be combined.
///
/// Source: https://keras.io/api/callbacks/learning_rate_scheduler/
public final class LearningRateScheduler: Callback {
    private let schedule: (Int, Double) throws -> Double

    /// A callback that sets each epoch's learning rate to the result of `schedule`.
    ///
    /// - Parameter schedule: takes the epoch, counted from 0, and the current learning rate.
    public init(_ schedule: @escaping (_ epoch: Int, _ learningRate: Double) throws -> Double) {
        self.schedule = schedule
    }

    /// - Throws: ``TrainingError/learningRateScheduled(callback:)``
    public func onTrainBegin(_ run: TrainingRun) throws {
        guard !run.model.followsSchedule else {
            throw TrainingError.learningRateScheduled(callback: "LearningRateScheduler")
        }
    }

    /// - Throws: ``TrainingError`` if the new rate is negative or not finite, and errors of the schedule.
    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws {
        let rate = try schedule(epoch, run.model.learningRate)
        guard rate >= 0, rate.isFinite else {
            throw TrainingError.invalid(
                argument: "the learning rate of epoch \(epoch + 1)", value: "\(rate)", allowed: "0 or more")
        }
        run.model.learningRate = rate
    }
}
