/// Receives a training's events and may change its course.
///
/// All methods have an empty default. If a method throws an error, the training ends.
/// Source: https://keras.io/api/callbacks/base_callback/
public protocol Callback: AnyObject {
    /// Before the first epoch.
    func onTrainBegin(_ run: TrainingRun) throws
    /// Before an epoch, counted from 0.
    func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws
    /// After a step, counted from 0 in its epoch; `logs` has the running means of "loss" and all metrics.
    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws
    /// After a batch of the validation, counted from 0.
    func onTestBatchEnd(_ batch: Int, _ run: TrainingRun) throws
    /// After an epoch and its validation; `logs` has all metrics and "learning_rate".
    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws
    /// After the last epoch.
    func onTrainEnd(_ run: TrainingRun) throws

    /// Whether this callback ends the training on a loss that is not finite.
    ///
    /// If true, `fit` skips that step's update and throws no error. False by default; see ``TerminateOnNaN``.
    var terminatesOnNaN: Bool { get }

    /// The state that a checkpoint saves, and that ``restore(_:)`` receives when the training is resumed.
    ///
    /// It is `nil`, the default, if the callback has no state that affects the training.
    var state: CallbackState? { get }
    /// Restores the state of a resumed training.
    ///
    /// Called after `onTrainBegin` and, if the training resumes within an epoch, again after that epoch's
    /// `onEpochBegin`.
    func restore(_ state: CallbackState) throws
}

extension Callback {
    public func onTrainBegin(_ run: TrainingRun) throws {}
    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws {}
    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {}
    public func onTestBatchEnd(_ batch: Int, _ run: TrainingRun) throws {}
    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {}
    public func onTrainEnd(_ run: TrainingRun) throws {}
    public var terminatesOnNaN: Bool { false }
    public var state: CallbackState? { nil }
    public func restore(_ state: CallbackState) throws {}
}
