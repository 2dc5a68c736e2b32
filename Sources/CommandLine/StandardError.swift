import Foundation

/// Standard error: for what is not the result, so that standard output can be read by a program.
enum StandardError {
    /// Writes `text` at once.
    static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
