/// A training ended because of an ``Interruption``.
public struct TrainingInterrupted: Error, Equatable, CustomStringConvertible {
    /// The signal of the request.
    public let signal: Int32
    /// The current epoch, from 1.
    public let epoch: Int
    /// The finished steps of that epoch.
    public let step: Int
    /// Steps per epoch.
    public let steps: Int
    /// The checkpoint to resume from, or `nil` for a training without ``Checkpoints``.
    public let checkpoint: String?

    /// The exit status that shells expect after such a signal.
    public var exitStatus: Int32 { 128 + signal }

    public var description: String {
        let place =
            step == 0 && epoch > 1
            ? "after epoch \(epoch - 1)" : "in epoch \(epoch), after step \(step) of \(steps)"
        let saved = checkpoint.map { "everything is in \($0)" } ?? "without a checkpoint, so it is lost"
        return "the training was interrupted \(place); \(saved)"
    }
}
