import Foundation
import MessagePassing

/// Standard error: for everything but results, so that a program can read the results from standard output.
enum StandardError {
    /// Writes `text` at once, and ignores errors. With a launcher, only the first process writes.
    static func write(_ text: String) {
        guard !Launcher.isFollower else { return }
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Calls `body` with its standard output, and that of its child processes, redirected to standard error.
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
