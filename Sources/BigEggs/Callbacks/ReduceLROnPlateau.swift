/// Reduces the learning rate when a metric has stopped improving.
///
/// Source: https://keras.io/api/callbacks/reduce_lr_on_plateau/
public final class ReduceLROnPlateau: Callback {
    /// The metric to monitor.
    public let monitor: String
    /// The factor for the learning rate, below 1.
    public let factor: Double
    /// The number of epochs without improvement before a reduction.
    public let patience: Int
    /// Whether a smaller or a larger value is better.
    public let mode: MonitorMode
    /// The change that an improvement must exceed.
    public let minDelta: Double
    /// How many epochs to wait after a reduction before counting again.
    public let cooldown: Int
    /// The learning rate never becomes smaller than this.
    public let minLR: Double

    private var best: Double?
    private var wait = 0
    private var cooldownLeft = 0

    /// A callback with Keras's defaults.
    public init(
        monitor: String = "val_loss", factor: Double = 0.1, patience: Int = 10, mode: MonitorMode = .auto,
        minDelta: Double = 1e-4, cooldown: Int = 0, minLR: Double = 0
    ) {
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.mode = mode
        self.minDelta = minDelta
        self.cooldown = cooldown
        self.minLR = minLR
    }

    public func onTrainBegin(_ run: TrainingRun) throws {
        guard factor > 0, factor < 1 else {
            throw TrainingError.invalid(
                argument: "factor", value: "\(factor)", allowed: "a number between 0 and 1")
        }
        guard !run.model.followsSchedule else {
            throw TrainingError.learningRateScheduled(callback: "ReduceLROnPlateau")
        }
        best = nil
        wait = 0
        cooldownLeft = 0
    }

    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        guard let current = logs[monitor] else {
            throw UnknownMetric(metric: monitor, callback: "ReduceLROnPlateau", available: Array(logs.keys))
        }
        if cooldownLeft > 0 {
            cooldownLeft -= 1
            wait = 0
        }
        if mode.improves(current, on: best, metric: monitor, minDelta: minDelta) {
            best = current
            wait = 0
        } else if cooldownLeft == 0 {
            wait += 1
            if wait >= patience, run.model.learningRate > minLR {
                run.model.learningRate = max(run.model.learningRate * factor, minLR)
                cooldownLeft = cooldown
                wait = 0
            }
        }
    }

    public var state: CallbackState? {
        var values = ["wait": Double(wait), "cooldownLeft": Double(cooldownLeft)]
        values["best"] = best
        return CallbackState(
            settings: [
                "monitor": monitor, "factor": "\(factor)", "patience": "\(patience)",
                "mode": mode.rawValue, "minDelta": "\(minDelta)", "cooldown": "\(cooldown)",
                "minLR": "\(minLR)",
            ], values: values)
    }

    public func restore(_ state: CallbackState) {
        wait = state.count("wait") ?? 0
        cooldownLeft = state.count("cooldownLeft") ?? 0
        best = state.values["best"]
    }
}

extension ReduceLROnPlateau: ConfigurableCallback {
    package convenience init(_ settings: inout Settings) throws {
        self.init(
            monitor: try settings.text("monitor") ?? "val_loss",
            factor: try settings.number("factor") ?? 0.1,
            patience: try settings.integer("patience") ?? 10,
            mode: try settings.choice("mode") ?? .auto,
            minDelta: try settings.number("min_delta", orInfinite: true) ?? 1e-4,
            cooldown: try settings.integer("cooldown") ?? 0, minLR: try settings.number("min_lr") ?? 0)
    }
}
