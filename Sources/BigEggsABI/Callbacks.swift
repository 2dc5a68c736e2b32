// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The functions' names and their documentation are the header's.
import BigEggs
import CBigEggs
import Foundation

/// A callback that handles name; whoever tells it something holds its lock.
final class CallbackObject: NamedByHandle, @unchecked Sendable {
    static let kind = "a callback"

    private let callback: any Callback
    /// The model that the callback is being told of.
    private var model: ModelObject?
    private let lock = NSRecursiveLock()

    init(_ kind: String, _ settings: inout Settings) throws {
        switch kind {
        case "EarlyStopping":
            callback = EarlyStopping(
                monitor: try settings.text("monitor") ?? "val_loss",
                minDelta: try settings.number("min_delta", orInfinite: true) ?? 0,
                patience: try settings.integer("patience") ?? 0,
                mode: try settings.choice("mode") ?? .auto,
                baseline: try settings.number("baseline", orInfinite: true),
                restoreBestWeights: try settings.flag("restore_best_weights") ?? false,
                startFromEpoch: try settings.integer("start_from_epoch") ?? 0)
        case "ReduceLROnPlateau":
            callback = ReduceLROnPlateau(
                monitor: try settings.text("monitor") ?? "val_loss",
                factor: try settings.number("factor") ?? 0.1,
                patience: try settings.integer("patience") ?? 10,
                mode: try settings.choice("mode") ?? .auto,
                minDelta: try settings.number("min_delta", orInfinite: true) ?? 1e-4,
                cooldown: try settings.integer("cooldown") ?? 0,
                minLR: try settings.number("min_lr") ?? 0)
        case "ModelCheckpoint":
            let checkpoint = ModelCheckpoint(
                try settings.required(settings.text("filepath"), "filepath"),
                monitor: try settings.text("monitor") ?? "val_loss",
                saveBestOnly: try settings.flag("save_best_only") ?? false,
                mode: try settings.choice("mode") ?? .auto, saveFreq: try CallbackFrequency(&settings),
                initialValueThreshold: try settings.number("initial_value_threshold", orInfinite: true))
            let savesWeightsOnly = try settings.flag("save_weights_only") ?? false
            callback = checkpoint
            if !savesWeightsOnly {
                checkpoint.write = { [unowned self] in
                    try $0.saveWeights(to: $1, metadata: try self.model?.architectureMetadata ?? [:])
                }
            }
        case "CSVLogger":
            callback = CSVLogger(
                try settings.required(settings.text("filename"), "filename"),
                separator: try settings.text("separator")?.first ?? ",",
                append: try settings.flag("append") ?? false)
        default:
            throw Failure.notFound(
                "there is no callback \(kind): there are EarlyStopping, ReduceLROnPlateau, ModelCheckpoint, "
                    + "CSVLogger")
        }
    }

    func use<Result>(
        of model: ModelObject? = nil, _ body: (any Callback) throws -> Result
    ) throws -> Result {
        try Fork.work {
            lock.lock()
            defer { lock.unlock() }
            self.model = model
            defer { self.model = nil }
            return try body(callback)
        }
    }

    /// What became of it.
    func describe() throws -> Record {
        func optional(_ number: Double?) -> Record { number.map { .number($0) } ?? .null }
        return try use { callback in
            switch callback {
            case let stopping as EarlyStopping:
                [
                    "stopped_epoch": optional(stopping.stoppedEpoch.map(Double.init)),
                    "best_epoch": .number(Double(stopping.bestEpoch)), "best": optional(stopping.best),
                ]
            case let checkpoint as ModelCheckpoint:
                ["saved": .array(checkpoint.saved.map { .string($0) }), "best": optional(checkpoint.best)]
            default: [:]
            }
        }
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

/// The metrics that a caller gives, by name.
private func metrics(
    _ count: Int64, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ values: UnsafePointer<Double>?
) throws -> [String: Double] {
    guard (0...1 << 20).contains(count) else {
        throw Failure.invalidArgument("the argument count is \(count): give 0 or more")
    }
    var logs: [String: Double] = [:]
    for index in 0..<Int(count) {
        let name = try requireText(try require(names, "names")[index], "names[\(index)]")
        logs[name] = try require(values, "values")[index]
    }
    return logs
}

/// An epoch or a step, counted from 0.
private func requireCount(_ count: Int64, _ name: String) throws -> Int {
    guard (0..<1 << 31).contains(count) else {
        throw Failure.invalidArgument("the argument \(name) is \(count): give 0 or more")
    }
    return Int(count)
}

/// Tells a callback something about a model.
private func tell(
    _ callback: be_handle, _ model: be_handle, _ body: (any Callback, TrainingRun) throws -> Void
) throws {
    let callback = try object(callback, as: CallbackObject.self)
    let told = try object(model, as: ModelObject.self)
    try told.use { model in
        let run = TrainingRun(model: model, epochs: 0, steps: 0, batchSize: 0)
        try callback.use(of: told) { try body($0, run) }
    }
}

@c @implementation
public func be_callback_create(
    _ kind: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?,
    _ callback: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer {
        let callback = try require(callback, "callback")
        let kind = try requireText(kind, "kind")
        var settings = try Settings(settings, of: kind)
        let object = try CallbackObject(kind, &settings)
        try settings.done()
        insert(object, callback)
    }
}

@c @implementation
public func be_callback_on_train_begin(_ callback: be_handle, _ model: be_handle) -> be_status {
    answer { try tell(callback, model) { try $0.onTrainBegin($1) } }
}

@c @implementation
public func be_callback_on_epoch_begin(
    _ callback: be_handle, _ model: be_handle, _ epoch: Int64
) -> be_status {
    answer {
        let epoch = try requireCount(epoch, "epoch")
        try tell(callback, model) { try $0.onEpochBegin(epoch, $1) }
    }
}

@c @implementation
public func be_callback_on_batch_end(
    _ callback: be_handle, _ model: be_handle, _ batch: Int64, _ count: Int64,
    _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ values: UnsafePointer<Double>?
) -> be_status {
    answer {
        let batch = try requireCount(batch, "batch")
        let logs = try metrics(count, names, values)
        try tell(callback, model) { try $0.onBatchEnd(batch, logs, $1) }
    }
}

@c @implementation
public func be_callback_on_epoch_end(
    _ callback: be_handle, _ model: be_handle, _ epoch: Int64, _ count: Int64,
    _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ values: UnsafePointer<Double>?
) -> be_status {
    answer {
        let epoch = try requireCount(epoch, "epoch")
        let logs = try metrics(count, names, values)
        try tell(callback, model) { try $0.onEpochEnd(epoch, logs, $1) }
    }
}

@c @implementation
public func be_callback_on_train_end(_ callback: be_handle, _ model: be_handle) -> be_status {
    answer { try tell(callback, model) { try $0.onTrainEnd($1) } }
}

@c @implementation
public func be_callback_describe(
    _ callback: be_handle, _ record: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer {
        let callback = try object(callback, as: CallbackObject.self)
        let record = try require(record, "record")
        insert(RecordFile(try callback.describe(), name: "the callback"), record)
    }
}
