import FoundationEssentials
import Glibc

/// Writes a line of metrics to a CSV file at the end of every epoch.
///
/// ```
/// epoch,accuracy,learning_rate,loss,val_accuracy,val_loss
/// 0,0.4375,0.001,1.5625,0.5,1.375
/// ```
///
/// As in Keras, epochs count from 0, and the other columns are in alphabetical order. There are two differences from
/// Keras:
///
/// - Lines end in a line feed; in Keras, which uses Python's `csv`, in a carriage return and a line feed.
/// - Without validation there are no `val_` columns; Keras may add them, filled with `NA`.
///
/// A training that is resumed, or has an `initialEpoch`, continues the file.
///
/// Source: https://keras.io/api/callbacks/csv_logger/
public final class CSVLogger: Callback {
    /// The path of the file.
    public let filename: String
    /// The column separator.
    public let separator: Character
    /// Whether to append to an existing file.
    public let append: Bool

    /// The descriptor of the open file; -1 if no file is open.
    private var descriptor: Int32 = -1
    private var columns: [String]?
    private var writesHeader = true

    /// A logger with Keras's defaults.
    ///
    /// - Parameters:
    ///   - filename: the file to write; its directory must exist.
    ///   - separator: any character except a quotation mark, a line end, a digit, `.`, `-` and `+`.
    ///   - append: whether to append to an existing file. The header is left out unless the file is empty.
    public init(_ filename: String, separator: Character = ",", append: Bool = false) {
        self.filename = filename
        self.separator = separator
        self.append = append
    }

    deinit { close() }

    /// - Throws: ``FileError`` if the file cannot be written, ``TrainingError`` for a separator that would
    ///   make the file unreadable.
    public func onTrainBegin(_ run: TrainingRun) throws {
        guard !separator.isNewline, !"\".-+0123456789".contains(separator) else {
            throw TrainingError.invalid(
                argument: "separator", value: "\(separator)",
                allowed: "a character that is not a quotation mark, a line end or part of a number")
        }
        close()
        let goesOn = run.firstEpoch > 0
        if goesOn, !append { try removeLines(from: run.firstEpoch) }
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (append || goesOn ? O_APPEND : O_TRUNC)
        descriptor = open(filename, flags, 0o666)
        guard descriptor >= 0 else { throw FileError(code: errno, file: filename, action: "write") }
        var status = stat()
        writesHeader = fstat(descriptor, &status) != 0 || status.st_size == 0
        columns = nil
    }

    /// - Throws: ``FileError`` if the line cannot be written.
    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        let columns = self.columns ?? logs.keys.sorted()
        if self.columns == nil, writesHeader { try write(["epoch"] + columns) }
        self.columns = columns
        try write(["\(epoch)"] + columns.map { name in logs[name].map { "\($0)" } ?? "NA" })
    }

    public func onTrainEnd(_ run: TrainingRun) throws { close() }

    private func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Removes the lines of epochs that are trained again, and an unterminated last line.
    private func removeLines(from epoch: Int) throws {
        guard let text = try? String(contentsOfFile: filename, encoding: .utf8) else { return }
        // The last element is empty or an unterminated line.
        let kept = text.lines.dropLast().filter { line in
            !line.isEmpty && Int(line.prefix { $0 != separator }).map { $0 < epoch } ?? true
        }
        try AtomicFile.write(kept.map { $0 + "\n" }.joined(), to: filename)
    }

    private func write(_ fields: [String]) throws {
        guard descriptor >= 0 else { return }
        let quoted = fields.map { field in
            field.contains(separator) || field.contains("\"")
                ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }
        let line = Array((quoted.joined(separator: String(separator)) + "\n").utf8)
        let before = lseek(descriptor, 0, SEEK_END)
        do {
            try line.withUnsafeBytes {
                try AtomicFile.append($0, to: descriptor, file: filename)
            }
        } catch {
            // A full disk may accept only a part of the line. Remove that part, or a resumed training appends to it.
            if before >= 0 { ftruncate(descriptor, before) }
            throw error
        }
    }
}

extension CSVLogger: ConfigurableCallback {
    package convenience init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.text("filename"), "filename"),
            separator: try settings.text("separator")?.first ?? ",",
            append: try settings.flag("append") ?? false)
    }
}
