import Glibc
import Synchronization

/// A request to end a training after the current step, from any thread or a signal handler.
///
/// ```swift
/// let interruption = Interruption()
/// // elsewhere: interruption.request()
/// try model.fit(train, checkpoints: checkpoints, interruption: interruption)
/// ```
///
/// `fit` then saves a checkpoint, if it has ``Checkpoints``, and throws ``TrainingInterrupted``. The library itself
/// installs no signal handler and never ends the process.
public final class Interruption: Sendable {
    private let requested = Atomic<Int32>(0)

    /// An interruption that has not been requested yet.
    public init() {}

    /// Asks the training to end. Safe within a signal handler.
    ///
    /// - Parameter signal: the signal to report; it decides the exit status.
    /// - Returns: whether this is the first request.
    @discardableResult
    public func request(signal: Int32 = SIGINT) -> Bool {
        requested.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
    }

    /// The signal of the first request, or `nil` without one.
    public var signal: Int32? {
        let signal = requested.load(ordering: .relaxed)
        return signal == 0 ? nil : signal
    }
}
