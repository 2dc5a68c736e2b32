import Foundation

/// The greatest size of a file, `ulimit -f`.
public enum FileSizeLimit {
    /// From now on a write beyond the limit fails, in Python's files and on standard output as well, where
    /// by default the system would end the process without a word.
    public static func isAnError() { signal(SIGXFSZ, SIG_IGN) }
}
