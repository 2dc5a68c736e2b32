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

/// What a callback sees of the training that it takes part in.
public struct TrainingRun {
    /// The model that is trained.
    public let model: Model
    /// The most epochs that the training may take.
    public let epochs: Int
    /// Steps an epoch.
    public let steps: Int
    /// Images a step; the last may have fewer.
    public let batchSize: Int
    /// The epoch that the training starts with, from 0; more where it is resumed from a checkpoint.
    public let firstEpoch: Int

    package init(model: Model, epochs: Int, steps: Int, batchSize: Int, firstEpoch: Int = 0) {
        self.model = model
        self.epochs = epochs
        self.steps = steps
        self.batchSize = batchSize
        self.firstEpoch = firstEpoch
    }
}

/// Whether a metric is better when it is smaller or when it is larger.
public enum MonitorMode: String, Sendable, Codable, CaseIterable {
    /// Larger for an accuracy, smaller for everything else.
    case auto
    /// Smaller is better.
    case min
    /// Larger is better.
    case max

    /// Whether `value` is better than `reference` by more than `minDelta`. Anything is better than
    /// nothing; a value that is no number is better than no other.
    func improves(_ value: Double, on reference: Double?, metric: String, minDelta: Double) -> Bool {
        guard let reference else { return true }
        let larger = self == .max || self == .auto && metric.hasSuffix("accuracy")
        return larger ? value - abs(minDelta) > reference : value + abs(minDelta) < reference
    }
}

/// A callback was told to watch something that is not measured.
public struct UnknownMetric: Error, CustomStringConvertible {
    /// What was to be watched, by whom, and what there is.
    public let metric: String
    let callback: String
    let available: [String]

    public var description: String {
        "\(callback) watches \(metric), which is not measured: there are \(available.sorted().joined(separator: ", "))"
    }
}
