import Glibc

/// Saves the model's weights after every epoch, or only after epochs with the best value so far.
///
/// ```swift
/// let best = ModelCheckpoint("best.safetensors", monitor: "val_accuracy", saveBestOnly: true)
/// let all = ModelCheckpoint("weights/{epoch:02d}-{val_loss:.2f}.safetensors")
/// ```
///
/// This is Keras's callback with `save_weights_only`: the files are read by ``Model/loadWeights(from:)``. File names
/// may have Python's format fields: `epoch`, every metric and, when saving every few steps, `batch`. Epoch and batch
/// count from 1. Missing directories are created.
///
/// Source: https://keras.io/api/callbacks/model_checkpoint/
public final class ModelCheckpoint: Callback {
    /// The file name, with format fields.
    public let filepath: String
    /// The metric that decides which model is best.
    public let monitor: String
    /// Whether to save only models that are better than all before.
    public let saveBestOnly: Bool
    /// Whether a smaller or a larger value is better.
    public let mode: MonitorMode
    /// How often models are saved, or compared with the best.
    public let saveFreq: CallbackFrequency
    /// The best value so far; before the first save, the threshold that the first model must beat.
    public private(set) var best: Double?
    /// The files saved in this training, in order. A name that was used twice appears twice.
    public private(set) var saved: [String] = []

    /// Whether files hold only weights. If false, the callback's owner replaces ``write`` to add the layers.
    package private(set) var savesWeightsOnly = true

    /// Writes a file. May be replaced to add a description of the model, such as its layers.
    package var write: (_ model: Model, _ path: String) throws -> Void = { try $0.saveWeights(to: $1) }

    private var epoch = 0
    private var stepsSinceSaving = 0

    /// A callback with Keras's defaults.
    ///
    /// - Parameters:
    ///   - filepath: `{epoch:02d}-{val_loss:.2f}.safetensors`, for example.
    ///   - monitor: the metric that decides which model is best.
    ///   - saveBestOnly: whether to save only models that are better than all before.
    ///   - mode: whether a smaller or a larger value is better.
    ///   - saveFreq: how often models are saved, or compared with the best.
    ///   - initialValueThreshold: with `saveBestOnly`, the value that the first model must beat.
    public init(
        _ filepath: String, monitor: String = "val_loss", saveBestOnly: Bool = false,
        mode: MonitorMode = .auto, saveFreq: CallbackFrequency = .epoch,
        initialValueThreshold: Double? = nil
    ) {
        self.filepath = filepath
        self.monitor = monitor
        self.saveBestOnly = saveBestOnly
        self.mode = mode
        self.saveFreq = saveFreq
        best = initialValueThreshold
    }

    /// - Throws: ``FilepathTemplateError`` for an invalid name, ``TrainingError`` for a frequency below 1. These are
    ///   checked here so that a mistake shows before the first step, not after the first epoch.
    public func onTrainBegin(_ run: TrainingRun) throws {
        _ = try FilepathTemplate(filepath)
        try saveFreq.check("saveFreq")
        saved = []
    }

    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) { self.epoch = epoch }

    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        guard case .batches(let count) = saveFreq else { return }
        stepsSinceSaving += 1
        guard stepsSinceSaving >= count else { return }
        stepsSinceSaving = 0
        try save(run.model, counts: ["epoch": epoch + 1, "batch": batch + 1], logs)
    }

    /// - Throws: ``UnknownMetric``, ``FilepathTemplateError``, ``FileError``.
    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        guard saveFreq == .epoch else { return }
        try save(run.model, counts: ["epoch": epoch + 1], logs)
    }

    private func save(_ model: Model, counts: [String: Int], _ logs: [String: Double]) throws {
        if saveBestOnly {
            guard let current = logs[monitor] else {
                throw UnknownMetric(metric: monitor, callback: "ModelCheckpoint", available: Array(logs.keys))
            }
            guard mode.improves(current, on: best, metric: monitor, minDelta: 0) else { return }
            best = current
        }
        let path = try FilepathTemplate(filepath).path(counts: counts, values: logs)
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try AtomicFile.createDirectory(String(path[..<slash]), action: "create")
        }
        try write(model, path)
        saved.append(path)
    }

    public var state: CallbackState? {
        var values = ["stepsSinceSaving": Double(stepsSinceSaving)]
        values["best"] = best
        return CallbackState(
            settings: [
                "filepath": filepath, "monitor": monitor, "saveBestOnly": "\(saveBestOnly)",
                "mode": mode.rawValue, "saveFreq": "\(saveFreq)",
            ], values: values)
    }

    public func restore(_ state: CallbackState) {
        stepsSinceSaving = state.count("stepsSinceSaving") ?? 0
        best = state.values["best"]
    }
}

extension ModelCheckpoint: ConfigurableCallback {
    package convenience init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.text("filepath"), "filepath"),
            monitor: try settings.text("monitor") ?? "val_loss",
            saveBestOnly: try settings.flag("save_best_only") ?? false,
            mode: try settings.choice("mode") ?? .auto, saveFreq: try CallbackFrequency(&settings),
            initialValueThreshold: try settings.number("initial_value_threshold", orInfinite: true))
        savesWeightsOnly = try settings.flag("save_weights_only") ?? false
    }

    package var outcome: Record {
        ["saved": .array(saved.map { .string($0) }), "best": best.map { .number($0) } ?? nil]
    }
}

extension CallbackFrequency {
    /// "epoch", or a number of steps.
    fileprivate init(_ settings: inout Settings) throws {
        guard let value = settings.value("save_freq"), value != "epoch" else {
            self = .epoch
            return
        }
        guard let count = value.integer, count.magnitude < 1 << 31 else {
            throw settings.wrong("save_freq", value, "\"epoch\" or a number of steps")
        }
        self = .batches(count)
    }
}
