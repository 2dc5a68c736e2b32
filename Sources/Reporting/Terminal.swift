import Foundation

/// Unbuffered standard output and standard error: a line appears when it is written, in a pipe too.
///
/// A line that cannot be written, as on a full disk or a lost terminal, does not end the work.
enum Terminal {
    static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }
    static func warn(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
