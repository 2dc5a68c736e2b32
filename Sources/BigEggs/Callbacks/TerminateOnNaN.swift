/// Ends the training without an error when the loss is not finite.
///
/// Without this callback `fit` throws
/// ``TrainingError/lossNotFinite(loss:epoch:step:learningRate:checkpoint:)``. With it, `fit` ends after that step and
/// returns its history; other callbacks get their usual calls. In either case the weights are those before the step.
/// Keras applies the step, which turns its weights into NaN.
///
/// Source: https://keras.io/api/callbacks/terminate_on_nan/
public final class TerminateOnNaN: Callback {
    /// The step, counted from 0 in its epoch, whose loss was not finite; `nil` if there was none.
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
