// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs
import Glibc

/// A callback with a handle. Every call of the callback holds this object's lock.
final class CallbackObject: NamedByHandle, @unchecked Sendable {
    static let kind = "a callback"

    private let callback: any ConfigurableCallback
    /// The model of the event that the callback is handling.
    private var model: ModelObject?
    private let lock = RecursiveLock()

    init(_ kind: String, _ settings: inout Settings) throws {
        callback = try CallbackTypes.table.make(kind, &settings)
        if let checkpoint = callback as? ModelCheckpoint, !checkpoint.savesWeightsOnly {
            checkpoint.write = { [unowned self] in
                try $0.saveWeights(to: $1, metadata: try self.model?.architecture.metadata ?? [:])
            }
        }
    }

    func use<Result>(
        of model: ModelObject? = nil, _ body: (any ConfigurableCallback) throws -> Result
    ) throws -> Result {
        try Fork.work {
            lock.lock()
            defer { lock.unlock() }
            self.model = model
            defer { self.model = nil }
            return try body(callback)
        }
    }

    /// The callback's results.
    func describe() throws -> Record { try use { $0.outcome } }
}

/// The caller's metrics by name, from an array of names and an array of values.
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

/// Returns the argument `name`, an epoch or a step counted from 0.
private func requireCount(_ count: Int64, _ name: String) throws -> Int {
    guard (0..<1 << 31).contains(count) else {
        throw Failure.invalidArgument("the argument \(name) is \(count): give 0 or more")
    }
    return Int(count)
}

/// Calls a callback for an event of a model.
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
    answer(into: callback, "callback") {
        let kind = try requireText(kind, "kind")
        var settings = try Settings(settings, of: kind)
        let callback = try CallbackObject(kind, &settings)
        try settings.done()
        return callback
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
    answer(callback, as: CallbackObject.self, into: record, "record") { callback in
        RecordFile(try callback.describe(), name: "the callback")
    }
}
