import BigEggs
import Foundation

/// One line on standard error that says how far a download has come: rewritten in place on a terminal,
/// anywhere else written once.
final class DownloadLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var isBegun = false

    /// Shows how far it has come.
    func show(_ progress: DownloadProgress) {
        if isTerminal {
            let total = progress.total.map { " of \((Double($0) / 1e6).fixed(0))" } ?? ""
            let left = progress.secondsLeft.map { ", \($0.fixed(0)) s left" } ?? ""
            let received = (Double(progress.received) / 1e6).fixed(0)
            Terminal.warn("\r\u{1b}[KDownloading CIFAR-10: \(received)\(total) MB\(left)")
        } else if !isBegun {
            Terminal.warn("Downloading CIFAR-10\n")
        }
        isBegun = true
    }

    /// Ends the line, if there is one.
    func end() {
        if isBegun && isTerminal { Terminal.warn("\n") }
    }
}
