import BigEggs
import Foundation

/// A progress line for a download, on standard error: rewritten in place on a terminal, written once elsewhere.
final class DownloadLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var isBegun = false

    /// Shows the progress.
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
