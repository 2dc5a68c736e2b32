import BigEggs
import Foundation
import MessagePassing
import Synchronization

/// Handles SIGINT, SIGTERM and SIGHUP (a lost terminal) during a training.
///
/// The first signal asks the training to save and end; a second one ends the process at once.
///
/// Under a launcher SIGUSR1 does the same: Open MPI's mpirun passes SIGUSR1 on to all processes at once. After a
/// SIGINT, mpirun sends them a SIGTERM instead, and a SIGKILL a second later.
public enum TerminationSignals {
    /// The handled signals; SIGUSR1 is handled only under a launcher.
    private static let handled = [SIGINT, SIGTERM, SIGHUP, SIGUSR1]
    private static let interruption = Interruption()
    /// When the first signal came, in nanoseconds; 0 before.
    private static let first = Atomic<UInt64>(0)
    /// Whether this process prints a message; under a launcher only the first one does.
    private static let saysSo = !Launcher.isFollower
    /// Two signals within this time, in nanoseconds, count as one: a process can get the same signal as a member of
    /// its group and from a parent that passes signals on.
    private static let patience: UInt64 = 500_000_000

    /// Runs `body` with an interruption that the signals request.
    ///
    /// The previous handlers are restored afterwards. A signal that was ignored at the start, as under `nohup`, stays
    /// ignored.
    ///
    /// - Throws: what `body` throws, such as `TrainingInterrupted`.
    public static func interrupting<Result>(_ body: (Interruption) throws -> Result) throws -> Result {
        // Initializes these statics before a handler needs them.
        _ = (interruption.signal, first.load(ordering: .relaxed), saysSo)
        var previous: [(signal: Int32, action: sigaction)] = []
        for number in handled where number != SIGUSR1 || Launcher.current != nil {
            var action = sigaction()
            sigaction(number, nil, &action)
            if isIgnored(action) { continue }
            previous.append((number, action))
            signal(number, handler)
        }
        // A process inherits blocked signals from the thread that starts it, and a thread-pool thread may block all.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        for (number, _) in previous { sigaddset(&unblocked, number) }
        pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
        func restore() {
            for (number, action) in previous {
                var action = action
                sigaction(number, &action, nil)
            }
        }
        let result: Result
        do {
            result = try body(interruption)
        } catch {
            restore()
            throw error
        }
        restore()
        // A signal after the last step must still take effect.
        if let number = interruption.signal { raise(number) }
        return result
    }

    /// Whether a child with this exit status was ended by one of the signals, and has saved its training.
    static func ended(_ status: Int32) -> Bool { handled.contains(status - 128) }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Async-signal-safe: nothing in it allocates or locks.
    private static let handler: @convention(c) (Int32) -> Void = { number in
        let code = errno
        defer { errno = code }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        if TerminationSignals.interruption.request(signal: number) {
            TerminationSignals.first.store(now, ordering: .relaxed)
            guard TerminationSignals.saysSo else { return }
            let text: StaticString = "\nFinishing the step and saving; once more to end at once.\n"
            write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        } else if now - TerminationSignals.first.load(ordering: .relaxed) > TerminationSignals.patience {
            _exit(128 + number)
        }
    }
}
