/// An error in the location, the files or the availability of a data set.
public enum DataError: Error, Equatable, CustomStringConvertible {
    /// There is nothing at the path.
    case notFound(path: String)
    /// The path is neither a directory nor a `.tar.gz`, or is a directory where a file is expected.
    case neitherDirectoryNorArchive(path: String)
    /// The system refuses to open or read the file.
    case unreadable(path: String, reason: String)
    /// The archive or compressed file is truncated, invalid or does not match its checksum.
    case damaged(path: String, reason: String)
    /// An entry of the archive is a link, a device, or has a path that leads out of the archive.
    case unsafeEntry(path: String, entry: String, reason: String)
    /// The archive holds the same member twice.
    case repeatedEntry(path: String, entry: String)
    /// A file or member exceeds the maximum size for its name.
    case tooLarge(path: String, member: String, limit: Int)
    /// A compressed file unpacks to more than any supported data set.
    case unpacksToTooMuch(path: String, limit: Int)
    /// A batch file has no bytes at all.
    case empty(file: String)
    /// A batch file is not a whole number of records.
    case truncated(file: String, bytes: Int, recordBytes: Int)
    /// A record's label is not one of the ten classes.
    case labelOutOfRange(file: String, record: Int, label: Int, classes: Int)
    /// `batches.meta.txt` does not name ten classes.
    case classNames(file: String, found: Int, expected: Int)
    /// There is no training batch.
    case missingTraining(path: String)
    /// There is no test batch.
    case missingTest(path: String)
    /// An idx file begins with the wrong magic number.
    case idxMagic(file: String, found: UInt32, expected: UInt32)
    /// An idx file's header gives a shape that Fashion-MNIST does not have.
    case idxShape(file: String, found: [Int], expected: String)
    /// An idx file has fewer or more bytes than its header promises.
    case idxLength(file: String, images: Int)
    /// The numbers of images and labels differ.
    case idxCounts(images: Int, labels: Int)
    /// CIFAR-10 is neither local nor reachable, and no stand-in was allowed.
    case cifar10Unavailable(reason: String)
    /// Fashion-MNIST is not installed. `reason` says why a stand-in was needed; nil if it was no stand-in.
    case standInMissing(path: String, reason: String?)
    /// libcrypto does not offer the digest, for example if it is configured to refuse MD5.
    case digestUnavailable(name: String)

    /// What is wrong and what to do, in one sentence.
    public var description: String {
        switch self {
        case .notFound(let path):
            "\(path) does not exist: give CIFAR-10's directory or its .tar.gz archive"
        case .neitherDirectoryNorArchive(let path):
            "\(path) is neither a directory nor a .tar.gz archive: give CIFAR-10's binary version as one of these"
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)"
        case .damaged(let path, let reason):
            "\(path) is damaged (\(reason)): remove it and get it anew"
        case .unsafeEntry(let path, let entry, let reason):
            "\(path) is refused because its entry \(entry) \(reason), which no CIFAR-10 archive needs"
        case .repeatedEntry(let path, let entry):
            "\(path) has two entries named \(entry): remove one"
        case .tooLarge(let path, let member, let limit):
            "\(member) in \(path) is larger than \(limit) bytes, the most that a file of this name has"
        case .unpacksToTooMuch(let path, let limit):
            "\(path) is refused because it unpacks to more than \(limit) bytes, which no data set read here needs"
        case .empty(let file):
            "\(file) is empty: copy it again, or remove it if it is a training batch you do not need"
        case .truncated(let file, let bytes, let recordBytes):
            "\(file) is truncated: its \(bytes) bytes are not a whole number of \(recordBytes)-byte records "
                + "(\(bytes / recordBytes) of them are \(bytes / recordBytes * recordBytes) bytes); copy it again"
        case .labelOutOfRange(let file, let record, let label, let classes):
            "record \(record) (the first is 0) of \(file) has label \(label), but labels go from 0 to "
                + "\(classes - 1): the file is damaged or not a batch of CIFAR-10"
        case .classNames(let file, let found, let expected):
            "\(file) names \(found) classes, but CIFAR-10 has \(expected): give one name per line"
        case .missingTraining(let path):
            "\(path) holds none of data_batch_1.bin to data_batch_5.bin, the training batches of CIFAR-10's "
                + "binary version: add at least one"
        case .missingTest(let path):
            "\(path) holds no test_batch.bin, the test batch of CIFAR-10's binary version: add it"
        case .idxMagic(let file, let found, let expected):
            "\(file) begins with the number \(found), but an idx file of its kind begins with \(expected)"
        case .idxShape(let file, let found, let expected):
            "\(file) gives its shape as \(found), but \(expected) is expected"
        case .idxLength(let file, let images):
            "\(file) does not hold exactly the \(images) items that its header promises: get it anew"
        case .idxCounts(let images, let labels):
            "Fashion-MNIST has \(images) images and \(labels) labels: install dataset-fashion-mnist again"
        case .cifar10Unavailable(let reason):
            "CIFAR-10 is not at hand (\(reason)): name its directory or archive in BIGEGGS_DATA"
        case .standInMissing(let path, let reason):
            (reason.map { "CIFAR-10 is not at hand (\($0)) and its stand-in " } ?? "")
                + "Fashion-MNIST is not in \(path): install it with `apt-get install dataset-fashion-mnist`, or "
                + "name CIFAR-10's directory or archive in BIGEGGS_DATA"
        case .digestUnavailable(let name):
            "libcrypto on this system does not compute \(name), which the check of the data set needs"
        }
    }
}
