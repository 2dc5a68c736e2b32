/// Told of what happens in a training, and free to change its course.
///
/// All methods have an empty default. What they throw ends the training.
/// Source: https://keras.io/api/callbacks/base_callback/
public protocol Callback: AnyObject {
    /// Before the first epoch.
    func onTrainBegin(_ run: TrainingRun) throws
    /// Before an epoch, counted from 0.
    func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws
    /// After a step, counted from 0; `logs` has the running means "loss" and "accuracy".
    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws
    /// After a batch of the validation, counted from 0.
    func onTestBatchEnd(_ batch: Int, _ run: TrainingRun) throws
    /// After an epoch and its validation; `logs` has all metrics and "learning_rate".
    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws
    /// After the last epoch.
    func onTrainEnd(_ run: TrainingRun) throws

    /// Whether this callback ends the training where the loss is no finite number: `fit` then throws no error, and
    /// takes no such step. False by default; see ``TerminateOnNaN``.
    var terminatesOnNaN: Bool { get }

    /// What the callback remembers from one epoch to the next. A checkpoint keeps it, and
    /// ``restore(_:)`` gets it back when the training is resumed.
    ///
    /// `nil`, the default, is for a callback that remembers nothing which changes the training.
    var state: CallbackState? { get }
    /// Takes up a training where a checkpoint was made: after `onTrainBegin` and, in the middle of an epoch,
    /// after its `onEpochBegin`.
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
