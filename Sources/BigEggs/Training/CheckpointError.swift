/// Why a training cannot be saved or resumed.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    /// The file is no checkpoint.
    case noCheckpoint(file: String)
    /// The file is a checkpoint of another version of the library.
    case otherVersion(file: String, format: String)
    /// The file's contents are not those that were written, or are inconsistent.
    case damaged(file: String)
    /// Checkpoints exist, but none can be read.
    case noneReadable(files: [String], reason: String)
    /// A checkpoint of an unfinished training exists, and ``Checkpoints/unfinished`` is `refuse`.
    case unfinished(file: String, epoch: Int, step: Int)
    /// The training was begun with other settings; each phrase in `differences` describes one difference.
    case otherSettings(file: String, differences: [String])
    /// More epochs have been trained than are now requested.
    case fewerEpochs(file: String, trained: Int, epochs: Int)
    /// The checkpoint that was just written cannot be read back.
    case notReadBack(file: String, reason: String)

    public var description: String {
        switch self {
        case .noCheckpoint(let file):
            "\(file) is not a checkpoint; remove it"
        case .otherVersion(let file, let format):
            "\(file) was written by another version of this library, as a \"\(format)\": resume it with that "
                + "version, or restart the training from its beginning"
        case .damaged(let file):
            "\(file) is damaged: its contents do not match its SHA-256 or are inconsistent"
        case .noneReadable(let files, let reason):
            "cannot read any of the checkpoints \(files.joined(separator: ", ")) (\(reason)); "
                + "restart the training from its beginning"
        case .unfinished(let file, let epoch, let step):
            "\(file) is of a training that stopped in epoch \(epoch + 1), after step \(step): "
                + "resume it, restart from the beginning, or write elsewhere"
        case .otherSettings(let file, let differences):
            "\(file) cannot be resumed with other settings: \(differences.joined(separator: "; "))"
        case .fewerEpochs(let file, let trained, let epochs):
            "\(file) has reached epoch \(trained), but the number of epochs is \(epochs): request \(trained) or more"
        case .notReadBack(let file, let reason):
            "\(file) could not be read back after writing (\(reason)): the disk may be failing; "
                + "the checkpoint before it is kept"
        }
    }
}
