import Foundation

/// Standard output and standard error, unbuffered: in a pipe, too, a line appears when it is written. One
/// that cannot be written, on a full disk or a lost terminal, does not end the work that it speaks of.
enum Terminal {
    static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }
    static func warn(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
