import Glibc

/// SIGXFSZ, which ends a process that makes a file larger than `ulimit -f` allows.
enum FileSizeSignal {
    /// Calls `body` with the signal blocked on this thread. A write beyond the limit then fails with EFBIG, and
    /// the program's own handling of the signal does not change.
    static func withheld<Result>(_ body: () throws -> Result) rethrows -> Result {
        var signals = sigset_t()
        var before = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGXFSZ)
        pthread_sigmask(SIG_BLOCK, &signals, &before)
        defer {
            if sigismember(&before, SIGXFSZ) == 0 {
                // Discards the pending signal of such a write, before the mask is restored.
                var now = timespec()
                while sigtimedwait(&signals, nil, &now) == SIGXFSZ {}
            }
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        return try body()
    }
}
