/// A training ended because it was asked to.
public struct TrainingInterrupted: Error, Equatable, CustomStringConvertible {
    /// The signal that asked.
    public let signal: Int32
    /// The epoch it was in, from 1.
    public let epoch: Int
    /// The steps of that epoch that are done.
    public let step: Int
    /// Steps an epoch.
    public let steps: Int
    /// The checkpoint to go on from, or `nil` if the training was given no place for one.
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
