import Glibc

/// SIGXFSZ, by which the system ends a program that makes a file larger than `ulimit -f` allows.
enum FileSizeSignal {
    /// Calls `body` with the signal held back on this thread: a write beyond the limit then fails with
    /// EFBIG, and the program that uses the library keeps its own way with the signal.
    static func withheld<Result>(_ body: () throws -> Result) rethrows -> Result {
        var signals = sigset_t()
        var before = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGXFSZ)
        pthread_sigmask(SIG_BLOCK, &signals, &before)
        defer {
            if sigismember(&before, SIGXFSZ) == 0 {
                // The one that such a write has left behind; it must not strike when the mask is lifted.
                var now = timespec()
                while sigtimedwait(&signals, nil, &now) == SIGXFSZ {}
            }
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        return try body()
    }
}
