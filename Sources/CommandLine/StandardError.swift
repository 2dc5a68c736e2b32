import Foundation

/// Standard error: for what is not the result, so that standard output can be read by a program.
enum StandardError {
    /// Writes `text` at once; where it cannot be written, the work goes on without it.
    static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
