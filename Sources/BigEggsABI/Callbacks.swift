// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The functions' names and their documentation are the header's.
import BigEggs
import CBigEggs
import Foundation

/// A callback that handles name; whoever tells it something holds its lock.
final class CallbackObject: NamedByHandle, @unchecked Sendable {
    static let kind = "a callback"

    private let callback: any Callback
    private let lock = NSRecursiveLock()

    init(_ kind: String, _ settings: inout Settings) throws {
        switch kind {
        case "EarlyStopping":
            callback = EarlyStopping(
                monitor: try settings.text("monitor") ?? "val_loss",
                minDelta: try settings.number("min_delta") ?? 0,
                patience: try settings.integer("patience") ?? 0,
                mode: try settings.choice("mode") ?? .auto, baseline: try settings.number("baseline"),
                restoreBestWeights: try settings.flag("restore_best_weights") ?? false,
                startFromEpoch: try settings.integer("start_from_epoch") ?? 0)
        case "ReduceLROnPlateau":
            callback = ReduceLROnPlateau(
                monitor: try settings.text("monitor") ?? "val_loss",
                factor: try settings.number("factor") ?? 0.1,
                patience: try settings.integer("patience") ?? 10,
                mode: try settings.choice("mode") ?? .auto,
                minDelta: try settings.number("min_delta") ?? 1e-4,
                cooldown: try settings.integer("cooldown") ?? 0,
                minLR: try settings.number("min_lr") ?? 0)
        case "ModelCheckpoint":
            callback = ModelCheckpoint(
                try settings.required(settings.text("filepath"), "filepath"),
                monitor: try settings.text("monitor") ?? "val_loss",
                saveBestOnly: try settings.flag("save_best_only") ?? false,
                mode: try settings.choice("mode") ?? .auto,
                initialValueThreshold: try settings.number("initial_value_threshold"))
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

    func use<Result>(_ body: (any Callback) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(callback)
    }

    /// What became of it.
    var description: Record {
        use { callback in
            guard let stopping = callback as? EarlyStopping else { return [:] }
            return [
                "stopped_epoch": stopping.stoppedEpoch.map { .number(Double($0)) } ?? .null,
                "best_epoch": .number(Double(stopping.bestEpoch)),
                "best": stopping.best.map { .number($0) } ?? .null,
            ]
        }
    }
}

/// Tells a callback something about a model.
private func tell(
    _ callback: be_handle, _ model: be_handle, _ body: (any Callback, TrainingRun) throws -> Void
) throws {
    let callback = try object(callback, as: CallbackObject.self)
    let model = try object(model, as: Model.self)
    try model.use { model in
        let run = TrainingRun(model: model, epochs: 0, steps: 0, batchSize: 0)
        try callback.use { try body($0, run) }
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
public func be_callback_on_epoch_end(
    _ callback: be_handle, _ model: be_handle, _ epoch: Int64, _ count: Int64,
    _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ values: UnsafePointer<Double>?
) -> be_status {
    answer {
        guard (0...1 << 20).contains(count), epoch >= 0 else {
            throw Failure.invalidArgument(
                "the arguments epoch and count are \(epoch) and \(count): give 0 or more")
        }
        var logs: [String: Double] = [:]
        for index in 0..<Int(count) {
            let name = try requireText(try require(names, "names")[index], "names[\(index)]")
            logs[name] = try require(values, "values")[index]
        }
        try tell(callback, model) { try $0.onEpochEnd(Int(epoch), logs, $1) }
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
        insert(RecordFile(callback.description, name: "the callback"), record)
    }
}
