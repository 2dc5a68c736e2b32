import BigEggs
import Foundation
import Reporting

/// One line on standard error that says how far a download has come. It is rewritten in place on a
/// terminal; anywhere else it is written once, when the download begins.
final class DownloadLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var isBegun = false

    /// Shows how far it has come.
    func show(_ progress: DownloadProgress) {
        if isTerminal {
            StandardError.write("\r\u{1b}[KDownloading CIFAR-10: \(Self.amount(progress))")
        } else if !isBegun {
            StandardError.write("Downloading CIFAR-10\n")
        }
        isBegun = true
    }

    /// Ends the line, if there is one.
    func end() {
        if isBegun && isTerminal { StandardError.write("\n") }
    }

    private static func amount(_ progress: DownloadProgress) -> String {
        let received = (Double(progress.received) / 1e6).fixed(0)
        guard let total = progress.total else { return "\(received) MB" }
        let left = progress.secondsLeft.map { ", \($0.fixed(0)) s left" } ?? ""
        return "\(received) of \((Double(total) / 1e6).fixed(0)) MB\(left)"
    }
}
