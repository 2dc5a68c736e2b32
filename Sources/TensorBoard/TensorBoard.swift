import BigEggs

/// Writes the metrics of a running training for TensorBoard.
///
/// ```swift
/// let board = TensorBoard(logDir: "logs/first", histogramFreq: 1)
/// try model.fit(train, validation: test, epochs: 30, callbacks: [board])
/// print(board.command)  // tensorboard --logdir logs/first
/// ```
///
/// Runs and tags are those of Keras's callback. The run `train` has `epoch_loss`, `epoch_accuracy`,
/// `epoch_learning_rate` and the histograms of all weights, `conv2d/kernel/histogram` and so on. The run
/// `validation` has `epoch_loss` and `epoch_accuracy` as measured on the validation images, so that
/// TensorBoard draws both curves in one diagram. The step is the epoch; for `batch_loss` and `batch_accuracy`
/// it is the batch, counted over all epochs. Both count from 0.
///
/// Source: https://keras.io/api/callbacks/tensorboard/
public final class TensorBoard: Callback {
    /// Draws a picture of the current model; returns the bytes of a PNG file.
    public typealias Figure = (TrainingRun) throws -> [UInt8]

    /// The directory for `tensorboard --logdir`.
    public let logDir: String
    /// The number of epochs from one histogram of the weights to the next; 0 for none.
    public let histogramFreq: Int
    /// When metrics are written: after each epoch; with `.batches(n)` also after every n steps, as `batch_loss` and
    /// `batch_accuracy`.
    public let updateFreq: CallbackFrequency

    private let figures: [(tag: String, draw: Figure)]
    private var train: EventFile?
    private var validation: EventFile?
    private var epoch = 0

    /// The command that shows the written metrics.
    public var command: String { TensorBoard.command(logDir: logDir) }

    /// The command that shows all trainings below a directory, quoted for a shell.
    public static func command(logDir: String) -> String {
        let isPlain = logDir.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
        return "tensorboard --logdir \(isPlain ? logDir : "'\(logDir.replacing("'", with: "'\\''"))'")"
    }

    /// A callback with Keras's defaults.
    ///
    /// - Parameters:
    ///   - logDir: the directory, created if needed; each training should have its own.
    ///   - histogramFreq: the number of epochs from one histogram of the weights to the next; 0 for none.
    ///   - updateFreq: whether metrics are also written between epochs.
    ///   - figures: pictures by tag, drawn after each epoch and written to the run `validation`.
    public init(
        logDir: String = "logs", histogramFreq: Int = 0, updateFreq: CallbackFrequency = .epoch,
        figures: KeyValuePairs<String, Figure> = [:]
    ) {
        self.logDir = logDir
        self.histogramFreq = histogramFreq
        self.updateFreq = updateFreq
        self.figures = figures.map { ($0.key, $0.value) }
    }

    /// - Throws: `FileError` if the directory cannot be written, `TrainingError` for a negative frequency.
    public func onTrainBegin(_ run: TrainingRun) throws {
        try updateFreq.check("updateFreq")
        guard histogramFreq >= 0 else {
            throw TrainingError.invalid(
                argument: "histogramFreq", value: "\(histogramFreq)", allowed: "0 or more")
        }
        validation = nil
        train = try EventFile(directory: "\(logDir)/train")
    }

    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) { self.epoch = epoch }

    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        let step = epoch * run.steps + batch
        guard case .batches(let count) = updateFreq, (step + 1) % count == 0 else { return }
        try train?.append(scalars(logs, prefix: "batch_"), step: step)
    }

    /// - Throws: `FileError`, ``TensorBoardError``.
    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        let validated = logs.filter { $0.key.hasPrefix("val_") }
        var summaries = scalars(logs.filter { validated[$0.key] == nil }, prefix: "epoch_")
        if histogramFreq > 0, epoch % histogramFreq == 0 {
            summaries += try run.model.weights().compactMap {
                .histogram("\($0.name)/histogram", of: $0.values)
            }
        }
        try train?.append(summaries, step: epoch)

        let measured = Dictionary(uniqueKeysWithValues: validated.map { ($0.key.dropFirst(4), $0.value) })
        let pictures = try figures.map { tag, draw in
            let png: [UInt8]
            do {
                png = try draw(run)
            } catch {
                throw TensorBoardError.notDrawn(figure: tag, reason: "\(error)")
            }
            guard let picture = ProtoSummary.Value.image(tag, png: png) else {
                throw TensorBoardError.noPNG(figure: tag)
            }
            return picture
        }
        guard !measured.isEmpty || !pictures.isEmpty else { return }
        let file = try validation ?? EventFile(directory: "\(logDir)/validation")
        validation = file
        try file.append(scalars(measured, prefix: "epoch_") + pictures, step: epoch)
    }

    public func onTrainEnd(_ run: TrainingRun) {
        train = nil
        validation = nil
    }

    private func scalars(_ logs: [some StringProtocol & Hashable: Double], prefix: String) -> [ProtoSummary
        .Value]
    {
        logs.sorted { $0.key < $1.key }.map { .scalar(prefix + $0.key, $0.value) }
    }
}

/// Why a figure could not be written for TensorBoard.
public enum TensorBoardError: Error, Equatable, CustomStringConvertible {
    case noPNG(figure: String)
    case notDrawn(figure: String, reason: String)

    public var description: String {
        switch self {
        case .noPNG(let figure):
            "the figure \(figure) for TensorBoard is not a PNG file: draw it as PNG"
        case .notDrawn(let figure, let reason):
            "the figure \(figure) for TensorBoard could not be drawn: \(reason)"
        }
    }
}
