import Dispatch
import Glibc

/// Shows training progress: on a terminal a line that is redrawn, elsewhere one line per epoch.
///
/// ```
/// Epoch  3/30  12/79 ━━━─────────────────  7s left  loss 1.2034  accuracy 0.5521
/// Epoch  3/30  79/79 ━━━━━━━━━━━━━━━━━━━━  9s  loss 1.1034  accuracy 0.6021  learning_rate 0.001
/// ```
///
/// With validation images, `val_loss` and `val_accuracy` come before the learning rate.
public final class ProgressBar: Callback {
    private let write: (String) -> Void
    private let isLive: Bool
    private let label: String
    private var epoch = 0
    private var epochStart = DispatchTime.now()
    private var lastDrawn = DispatchTime(uptimeNanoseconds: 0)

    /// The printed lines of all finished epochs.
    public private(set) var lines: [String] = []

    /// A bar on standard output, redrawn if that is a terminal.
    public convenience init(label: String = "") {
        self.init(label: label, isLive: isatty(STDOUT_FILENO) == 1) { text in
            // A failed write (full disk, lost terminal) must not end the training.
            try? Array(text.utf8).withUnsafeBytes {
                try AtomicFile.append($0, to: STDOUT_FILENO, file: "standard output")
            }
        }
    }

    /// A bar that writes with a given function.
    ///
    /// - Parameters:
    ///   - label: put before every line.
    ///   - isLive: whether a line may be overwritten after a carriage return.
    ///   - write: writes the text.
    public init(label: String = "", isLive: Bool, write: @escaping (String) -> Void) {
        self.label = label.isEmpty ? "" : label + "  "
        self.isLive = isLive
        self.write = write
    }

    public func onTrainBegin(_ run: TrainingRun) { lines = [] }

    public func onEpochBegin(_ epoch: Int, _ run: TrainingRun) {
        self.epoch = epoch
        epochStart = .now()
    }

    public func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) {
        let now = DispatchTime.now()
        guard isLive, now.uptimeNanoseconds - lastDrawn.uptimeNanoseconds > 100_000_000 else { return }
        lastDrawn = now
        let done = batch + 1
        let left = seconds(since: epochStart) / Double(done) * Double(run.steps - done)
        write("\r" + line(done, run, "\(duration(left)) left", logs) + "\u{1B}[K")
    }

    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) {
        let text = line(run.steps, run, duration(seconds(since: epochStart)), logs)
        lines.append(text)
        write((isLive ? "\r" : "") + text + (isLive ? "\u{1B}[K\n" : "\n"))
    }

    private func line(_ done: Int, _ run: TrainingRun, _ time: String, _ logs: [String: Double]) -> String {
        let width = 20
        let filled = done * width / max(run.steps, 1)
        let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
        let step = "\(done)".leftPadded(to: "\(run.steps)".count)
        let number = "\(epoch + 1)".leftPadded(to: "\(run.epochs)".count)
        let metrics = ["loss", "accuracy", "val_loss", "val_accuracy"].compactMap { name in
            logs[name].map { "\(name) \(String(printf: "%.4f", $0))" }
        }
        let rate = logs["learning_rate"].map { ["learning_rate \(String(printf: "%.2g", $0))"] } ?? []
        let threads = run.model.threads
        let workers =
            run.processes > 1 ? "  \(run.processes) × \(threads) \(threads == 1 ? "thread" : "threads")" : ""
        return label + "Epoch \(number)/\(run.epochs)  \(step)/\(run.steps) \(bar)\(workers)  \(time)  "
            + (metrics + rate).joined(separator: "  ")
    }

    private func seconds(since start: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    }

    private func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m\(String(printf: "%02d", whole % 60))s" }
        return "\(whole / 3600)h\(String(printf: "%02d", whole / 60 % 60))m"
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
