import Glibc

/// Why a file could not be read or written.
public enum FileError: Error, Equatable, CustomStringConvertible {
    case missing(file: String)
    case directoryMissing(file: String)
    case permissionDenied(file: String, action: String)
    case readOnly(file: String)
    case diskFull(file: String)
    case sizeLimit(file: String)
    case isDirectory(file: String)
    case tooLarge(file: String, limit: Int)
    case failed(file: String, action: String, reason: String)

    /// The error of a failed system call on a file.
    ///
    /// - Parameters:
    ///   - code: the value of `errno`.
    ///   - file: the file to read or write, not a temporary one next to it.
    ///   - action: "read", "write" or another verb for the message.
    package init(code: Int32, file: String, action: String) {
        switch code {
        case ENOENT where action == "write": self = .directoryMissing(file: file)
        case ENOENT: self = .missing(file: file)
        case EACCES, EPERM: self = .permissionDenied(file: file, action: action)
        case EROFS: self = .readOnly(file: file)
        case ENOSPC, EDQUOT: self = .diskFull(file: file)
        case EFBIG: self = .sizeLimit(file: file)
        case EISDIR: self = .isDirectory(file: file)
        default: self = .failed(file: file, action: action, reason: String(cString: strerror(code)))
        }
    }

    /// The error in one sentence.
    public var description: String {
        switch self {
        case .missing(let file):
            "\(file) does not exist; check the path"
        case .directoryMissing(let file):
            "cannot write \(file): its directory does not exist; create it first"
        case .permissionDenied(let file, let action):
            "cannot \(action) \(file): permission denied; check who owns it and its directory"
        case .readOnly(let file):
            "cannot write \(file): it lies on a read-only file system; write somewhere else"
        case .diskFull(let file):
            "cannot write \(file): the disk is full or the quota is used up; free some space and try again"
        case .sizeLimit(let file):
            "cannot write \(file): it would exceed the file size limit; see `ulimit -f`"
        case .isDirectory(let file):
            "\(file) is a directory; give the path of a file"
        case .tooLarge(let file, let limit):
            "\(file) is larger than \(limit) bytes, the most that is read as one file; check the path"
        case .failed(let file, let action, let reason):
            "cannot \(action) \(file): \(reason)"
        }
    }
}
