/// Ends the training when a metric has stopped improving.
///
/// ```swift
/// let stopping = EarlyStopping(monitor: "val_loss", patience: 6, restoreBestWeights: true)
/// try model.fit(train, validation: test, epochs: 100, callbacks: [stopping])
/// print(stopping.bestEpoch)
/// ```
///
/// Source: https://keras.io/api/callbacks/early_stopping/
public final class EarlyStopping: Callback {
    /// The metric to monitor.
    public let monitor: String
    /// The number of epochs without improvement that ends the training.
    public let patience: Int
    /// The change that an improvement must exceed.
    public let minDelta: Double
    /// Whether a smaller or a larger value is better.
    public let mode: MonitorMode
    /// A value that the metric must also beat; otherwise the epoch counts as one without improvement.
    public let baseline: Double?
    /// Whether the model gets the weights of the best epoch when the training ends.
    public let restoreBestWeights: Bool
    /// Epochs before this one, counted from 0, are ignored.
    public let startFromEpoch: Int
    /// The epoch, from 0, after which this callback ended the training; `nil` if it did not.
    public private(set) var stoppedEpoch: Int?
    /// The epoch, from 0, with the best value.
    public private(set) var bestEpoch = 0
    /// The best value.
    public private(set) var best: Double?

    private var wait = 0
    private var bestWeights: [NamedTensor]?

    /// A callback with Keras's defaults.
    public init(
        monitor: String = "val_loss", minDelta: Double = 0, patience: Int = 0, mode: MonitorMode = .auto,
        baseline: Double? = nil, restoreBestWeights: Bool = false, startFromEpoch: Int = 0
    ) {
        self.monitor = monitor
        self.minDelta = minDelta
        self.patience = patience
        self.mode = mode
        self.baseline = baseline
        self.restoreBestWeights = restoreBestWeights
        self.startFromEpoch = startFromEpoch
    }

    public func onTrainBegin(_ run: TrainingRun) {
        wait = 0
        stoppedEpoch = nil
        best = nil
        bestEpoch = 0
        bestWeights = nil
    }

    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        guard let current = logs[monitor] else {
            throw UnknownMetric(metric: monitor, callback: "EarlyStopping", available: Array(logs.keys))
        }
        guard epoch >= startFromEpoch else { return }
        if restoreBestWeights, bestWeights == nil {
            bestWeights = try run.model.weights()
            bestEpoch = epoch
        }
        wait += 1
        if mode.improves(current, on: best, metric: monitor, minDelta: minDelta) {
            best = current
            bestEpoch = epoch
            if restoreBestWeights { bestWeights = try run.model.weights() }
            if mode.improves(current, on: baseline, metric: monitor, minDelta: minDelta) { wait = 0 }
        } else if wait >= patience, epoch > 0 {
            stoppedEpoch = epoch
            run.model.stopTraining = true
        }
    }

    public func onTrainEnd(_ run: TrainingRun) throws {
        if let bestWeights { try run.model.setWeights(bestWeights) }
        bestWeights = nil
    }

    public var state: CallbackState? {
        var values = ["wait": Double(wait), "bestEpoch": Double(bestEpoch)]
        values["best"] = best
        values["stoppedEpoch"] = stoppedEpoch.map(Double.init)
        return CallbackState(
            settings: [
                "monitor": monitor, "minDelta": "\(minDelta)", "patience": "\(patience)",
                "mode": mode.rawValue, "baseline": baseline.map { "\($0)" } ?? "none",
                "restoreBestWeights": "\(restoreBestWeights)", "startFromEpoch": "\(startFromEpoch)",
            ], values: values, tensors: bestWeights ?? [])
    }

    public func restore(_ state: CallbackState) {
        wait = state.count("wait") ?? 0
        bestEpoch = state.count("bestEpoch") ?? 0
        best = state.values["best"]
        stoppedEpoch = state.count("stoppedEpoch")
        bestWeights = state.tensors.isEmpty ? nil : state.tensors
    }
}

extension EarlyStopping: ConfigurableCallback {
    package convenience init(_ settings: inout Settings) throws {
        self.init(
            monitor: try settings.text("monitor") ?? "val_loss",
            minDelta: try settings.number("min_delta", orInfinite: true) ?? 0,
            patience: try settings.integer("patience") ?? 0,
            mode: try settings.choice("mode") ?? .auto,
            baseline: try settings.number("baseline", orInfinite: true),
            restoreBestWeights: try settings.flag("restore_best_weights") ?? false,
            startFromEpoch: try settings.integer("start_from_epoch") ?? 0)
    }

    package var outcome: Record {
        [
            "stopped_epoch": stoppedEpoch.map { .number(Double($0)) } ?? nil,
            "best_epoch": .number(Double(bestEpoch)), "best": best.map { .number($0) } ?? nil,
        ]
    }
}
