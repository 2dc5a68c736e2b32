/// Ends the training quietly when the loss is no finite number.
///
/// Without this callback `fit` throws ``TrainingError/lossNotFinite(loss:epoch:step:learningRate:checkpoint:)``. With it
/// `fit` ends after that step and returns its history, and the other callbacks are told of the end. In either
/// case the weights are those before the step; Keras's have taken it and are no numbers any more.
///
/// Source: https://keras.io/api/callbacks/terminate_on_nan/
public final class TerminateOnNaN: Callback {
    /// The step, counted from 0 in its epoch, whose loss was no number; `nil` if there was none.
    public private(set) var stoppedBatch: Int?
    public let terminatesOnNaN = true

    /// A callback that has not seen such a loss yet.
    public init() {}

    public func onTrainBegin(_ run: TrainingRun) { stoppedBatch = nil }

    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) {
        guard let loss = logs["loss"], !loss.isFinite else { return }
        stoppedBatch = batch
        run.model.stopTraining = true
    }
}

extension TerminateOnNaN: ConfigurableCallback {
    package convenience init(_ settings: inout Settings) throws { self.init() }
}
