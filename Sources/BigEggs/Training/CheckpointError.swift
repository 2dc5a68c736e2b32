/// Why a training cannot be saved or resumed.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    /// The file is of another kind.
    case noCheckpoint(file: String)
    /// The file is a checkpoint as another version of the library writes it.
    case otherVersion(file: String, format: String)
    /// The file is not as it was written.
    case damaged(file: String)
    /// There are checkpoints, and none of them can be read.
    case noneReadable(files: [String], reason: String)
    /// There is a training that could go on, and nobody said whether it should.
    case unfinished(file: String, epoch: Int, step: Int)
    /// The training was begun with other settings; each difference is a phrase.
    case otherSettings(file: String, differences: [String])
    /// More epochs have been trained than are asked for now.
    case fewerEpochs(file: String, trained: Int, epochs: Int)
    /// What was just written cannot be read back.
    case notReadBack(file: String, reason: String)

    public var description: String {
        switch self {
        case .noCheckpoint(let file):
            "\(file) is no checkpoint; remove it"
        case .otherVersion(let file, let format):
            "\(file) was written by another version of this library, as a \"\(format)\": resume it with that "
                + "version, or restart the training from its beginning"
        case .damaged(let file):
            "\(file) has changed since it was written: its SHA-256 does not match"
        case .noneReadable(let files, let reason):
            "no checkpoint can be read of \(files.joined(separator: ", ")) (\(reason)); "
                + "restart the training from its beginning"
        case .unfinished(let file, let epoch, let step):
            "\(file) is of a training that stopped in epoch \(epoch + 1), after step \(step): "
                + "resume it, restart from the beginning, or write elsewhere"
        case .otherSettings(let file, let differences):
            "\(file) cannot be resumed with other settings: \(differences.joined(separator: "; "))"
        case .fewerEpochs(let file, let trained, let epochs):
            "\(file) has trained \(trained) epochs already, and now at most \(epochs) are asked for: "
                + "give as many or more"
        case .notReadBack(let file, let reason):
            "\(file) could not be read back after writing (\(reason)): the disk may be failing; "
                + "the checkpoint before it is kept"
        }
    }
}
