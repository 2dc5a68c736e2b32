import Glibc
import Synchronization

/// A request to end a training after the current step, made from anywhere: another thread, or a handler
/// of signals.
///
/// ```swift
/// let interruption = Interruption()
/// // elsewhere: interruption.request()
/// try model.fit(train, checkpoints: checkpoints, interruption: interruption)
/// ```
///
/// `fit` then saves a checkpoint, if it was given a place for one, and throws ``TrainingInterrupted``. The
/// library itself installs no handler of signals and never ends the process.
public final class Interruption: Sendable {
    private let requested = Atomic<Int32>(0)

    /// An interruption that nobody has requested yet.
    public init() {}

    /// Asks the training to end. Safe within a handler of signals.
    ///
    /// - Parameter signal: which signal asks; it decides the exit status.
    /// - Returns: whether it is the first request.
    @discardableResult
    public func request(signal: Int32 = SIGINT) -> Bool {
        requested.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
    }

    /// The signal that asked first, or `nil` if none has.
    public var signal: Int32? {
        let signal = requested.load(ordering: .relaxed)
        return signal == 0 ? nil : signal
    }
}
