// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs
import Glibc
import MessagePassing

@c @implementation
public func be_model_fit(
    _ model: be_handle, _ images: be_handle, _ validation: be_handle, _ generator: be_handle,
    _ settings: UnsafePointer<CChar>?, _ progress: be_progress_callback?,
    _ context: UnsafeMutableRawPointer?, _ history: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(model, as: ModelObject.self) { model in
        let images = try model.labelledImages(images, "images")
        let validation = validation == 0 ? nil : try model.labelledImages(validation, "validation")
        let generator = generator == 0 ? nil : try object(generator, as: Generator.self).generator
        var settings = try Settings(settings, of: "fit")
        let batchSize = try settings.integer("batch_size") ?? 32
        let epochs = try settings.integer("epochs") ?? 1
        let initialEpoch = try settings.integer("initial_epoch")
        let stepsPerEpoch = try settings.integer("steps_per_epoch")
        let shuffle = try settings.flag("shuffle") ?? true
        let validationSplit = try settings.number("validation_split") ?? 0
        let terminatesOnNaN = try settings.flag("terminate_on_nan") ?? false
        let communicator = try settings.communicator(of: "fit")
        let localStatistics = try settings.flag("local_statistics") ?? false
        let fixedParts = try settings.integer("fixed_parts")
        try settings.done()
        if generator != nil, images.imageShape.count != 3 {
            throw Failure.invalidArgument(
                "a generator transforms images, [height, width, channels], not \(images.imageShape)")
        }
        var callbacks: [any Callback] = []
        if let progress { callbacks.append(ProgressRelay(progress, context)) }
        if terminatesOnNaN { callbacks.append(TerminateOnNaN()) }
        let measured = try model.train {
            let before = $0.fixedParts
            if let fixedParts { try $0.use(fixedParts: fixedParts) }
            do {
                return try $0.fit(
                    images, validation: validation, validationSplit: validationSplit, batchSize: batchSize,
                    epochs: epochs, initialEpoch: initialEpoch, stepsPerEpoch: stepsPerEpoch,
                    augmentation: generator, shuffle: shuffle, callbacks: callbacks,
                    communicator: communicator, localStatistics: localStatistics)
            } catch {
                // Restores the earlier number of fixed parts if the training failed before it began. Once the
                // model has run, the number cannot change: `use` throws, which is ignored here.
                try? $0.use(fixedParts: before)
                throw error
            }
        }
        if let history {
            var record = Record.object(measured.metrics.mapValues { .numbers($0) })
            record["seconds"] = .numbers(measured.seconds)
            insert(RecordFile(record, name: "the history"), history)
        }
    }
}

/// Forwards the events of a training to the caller's function.
private final class ProgressRelay: Callback {
    private let function: be_progress_callback
    private let context: UnsafeMutableRawPointer?
    private var epoch = 0
    /// Names of metrics as C strings, kept for all calls.
    private var names: [String: UnsafeMutablePointer<CChar>] = [:]

    init(_ function: @escaping be_progress_callback, _ context: UnsafeMutableRawPointer?) {
        self.function = function
        self.context = context
    }

    deinit { for name in names.values { free(name) } }

    func onTrainBegin(_ run: TrainingRun) throws { try tell(BE_TRAIN_BEGIN, run) }

    func onEpochBegin(_ epoch: Int, _ run: TrainingRun) throws {
        self.epoch = epoch
        try tell(BE_EPOCH_BEGIN, run)
    }

    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        try tell(BE_BATCH_END, run, step: batch, logs)
    }

    func onTestBatchEnd(_ batch: Int, _ run: TrainingRun) throws {
        try tell(BE_TEST_BATCH_END, run, step: batch)
    }

    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        try tell(BE_EPOCH_END, run, step: run.steps - 1, logs)
    }

    func onTrainEnd(_ run: TrainingRun) throws { try tell(BE_TRAIN_END, run) }

    private func tell(
        _ event: be_event, _ run: TrainingRun, step: Int = 0, _ logs: [String: Double] = [:]
    ) throws {
        let sorted = logs.sorted { (Self.rank($0.key), $0.key) < (Self.rank($1.key), $1.key) }
        let names: [UnsafePointer<CChar>?] = sorted.map { UnsafePointer(pointer(to: $0.key)) }
        let goesOn = names.withUnsafeBufferPointer { names in
            sorted.map(\.value).withUnsafeBufferPointer { values in
                var progress = be_progress(
                    event: event, metric_count: Int32(sorted.count), epoch: Int64(epoch),
                    epochs: Int64(run.epochs), step: Int64(step), steps: Int64(run.steps),
                    metric_names: names.baseAddress, metrics: values.baseAddress)
                return function(&progress, context) == 0
            }
        }
        guard goesOn else {
            throw Failure(status: BE_STOPPED, message: "the callback ended the training")
        }
    }

    /// The position of a metric among the others.
    private static func rank(_ name: String) -> Int {
        ["loss", "accuracy", "val_loss", "val_accuracy"].firstIndex(of: name) ?? 4
    }

    private func pointer(to name: String) -> UnsafeMutablePointer<CChar>? {
        if let known = names[name] { return known }
        let copy = strdup(name)
        names[name] = copy
        return copy
    }
}
