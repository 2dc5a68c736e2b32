/// A callback made of closures, for tasks too small for a class.
///
/// ```swift
/// let journal = LambdaCallback(onEpochEnd: { epoch, logs, _ in print(epoch, logs["val_loss"] ?? .nan) })
/// ```
///
/// Source: https://keras.io/api/callbacks/lambda_callback/
public final class LambdaCallback: Callback {
    private let trainBegin: ((TrainingRun) throws -> Void)?
    private let epochBegin: ((Int, TrainingRun) throws -> Void)?
    private let batchEnd: ((Int, [String: Double], TrainingRun) throws -> Void)?
    private let epochEnd: ((Int, [String: Double], TrainingRun) throws -> Void)?
    private let trainEnd: ((TrainingRun) throws -> Void)?

    /// A callback that calls each closure at its event; see ``Callback`` for the arguments.
    public init(
        onTrainBegin: ((TrainingRun) throws -> Void)? = nil,
        onEpochBegin: ((_ epoch: Int, TrainingRun) throws -> Void)? = nil,
        onBatchEnd: ((_ batch: Int, _ logs: [String: Double], TrainingRun) throws -> Void)? = nil,
        onEpochEnd: ((_ epoch: Int, _ logs: [String: Double], TrainingRun) throws -> Void)? = nil,
        onTrainEnd: ((TrainingRun) throws -> Void)? = nil
    ) {
        trainBegin = onTrainBegin
        epochBegin = onEpochBegin
        batchEnd = onBatchEnd
        epochEnd = onEpochEnd
        trainEnd = onTrainEnd
    }

    public func onTrainBegin(_ run: TrainingRun) throws { try trainBegin?(run) }

    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws { try epochBegin?(epoch, run) }

    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        try batchEnd?(batch, logs, run)
    }

    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        try epochEnd?(epoch, logs, run)
    }

    public func onTrainEnd(_ run: TrainingRun) throws { try trainEnd?(run) }
}
