import Foundation

/// The file size limit, `ulimit -f`.
public enum FileSizeLimit {
    /// Makes writes beyond the limit fail, in Python's files and on standard output as well. By default the system
    /// ends the process without a message.
    public static func isAnError() { signal(SIGXFSZ, SIG_IGN) }
}
