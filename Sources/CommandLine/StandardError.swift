import Foundation
import MessagePassing

/// Standard error: for what is not the result, so that standard output can be read by a program.
enum StandardError {
    /// Writes `text` at once; where it cannot be written, the work goes on without it. Of the processes of a launcher the
    /// first alone writes.
    static func write(_ text: String) {
        guard !Launcher.isFollower else { return }
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Calls `body` while what it and its child processes print goes to standard error.
    static func receivingOutput<Result>(_ body: () throws -> Result) rethrows -> Result {
        fflush(nil)
        let output = dup(STDOUT_FILENO)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        defer {
            fflush(nil)
            dup2(output, STDOUT_FILENO)
            close(output)
        }
        return try body()
    }
}
