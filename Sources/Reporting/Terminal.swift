import Foundation

/// Standard output and standard error, unbuffered: in a pipe, too, a line appears when it is written.
enum Terminal {
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
    static func warn(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
