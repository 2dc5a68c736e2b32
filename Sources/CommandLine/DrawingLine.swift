import Foundation
import Reporting

/// One line on standard error that says which figure is drawn, rewritten in place; on a terminal only.
final class DrawingLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var started: ContinuousClock.Instant?

    /// Shows how far it has come.
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

    /// Takes the line away.
    func end() {
        if isTerminal { StandardError.write("\r\u{1b}[K") }
    }
}
