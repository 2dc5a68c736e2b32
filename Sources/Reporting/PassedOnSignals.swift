import Foundation
import Synchronization

/// Passes a SIGINT or SIGTERM sent to this process on to a child.
///
/// Ctrl-C at the terminal reaches the child by itself, so this process only ignores it. The child starts with the
/// default action for both signals, as every new program does.
struct PassedOnSignals {
    /// The process to pass signals to; 0 until it runs.
    private static let child = Atomic<pid_t>(0)
    /// A signal that came before the child ran; 0 if none did.
    private static let early = Atomic<Int32>(0)

    private let previous: [(signal: Int32, action: sigaction)]

    /// Installs the handlers; signals are held until ``pass(to:)``.
    init() {
        Self.child.store(0, ordering: .relaxed)
        Self.early.store(0, ordering: .relaxed)
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        action.__sigaction_handler.sa_sigaction = { number, info, _ in
            // A positive code means that the kernel sent the signal, as for Ctrl-C at the terminal.
            guard let info, info.pointee.si_code <= 0 else { return }
            let child = PassedOnSignals.child.load(ordering: .relaxed)
            if child > 0 {
                kill(child, number)
            } else {
                PassedOnSignals.early.store(number, ordering: .relaxed)
            }
        }
        previous = [SIGINT, SIGTERM].map { number in
            var old = sigaction()
            sigaction(number, &action, &old)
            return (number, old)
        }
    }

    /// Passes on an early signal and all later ones.
    func pass(to child: pid_t) {
        Self.child.store(child, ordering: .relaxed)
        let early = Self.early.exchange(0, ordering: .relaxed)
        if early != 0 { kill(child, early) }
    }

    /// Restores the previous handlers.
    func stop() {
        for (number, action) in previous {
            var action = action
            sigaction(number, &action, nil)
        }
    }
}
