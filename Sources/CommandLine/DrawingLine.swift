import Foundation
import Reporting

/// A line on standard error that shows which figure is being drawn, rewritten in place; only on a terminal.
final class DrawingLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var started: ContinuousClock.Instant?

    /// Shows the progress.
    func show(_ progress: Figures.Progress) {
        guard isTerminal else { return }
        let started = started ?? .now
        self.started = started
        let each = started.duration(to: .now) / .seconds(1) / Double(max(progress.done, 1))
        let left =
            progress.done == 0 ? "" : ", \((each * Double(progress.total - progress.done)).fixed(0)) s left"
        StandardError.write(
            "\r\u{1b}[KDrawing \(progress.done + 1) of \(progress.total): \(progress.name)\(left)")
    }

    /// Removes the line.
    func end() {
        if isTerminal { StandardError.write("\r\u{1b}[K") }
    }
}
