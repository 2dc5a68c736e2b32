/// What can be wrong with a data set: with where it is, with its files, or with getting it.
public enum DataError: Error, Equatable, CustomStringConvertible {
    /// There is nothing at the path.
    case notFound(path: String)
    /// The path leads to a file, or a special file, that is no `.tar.gz`.
    case neitherDirectoryNorArchive(path: String)
    /// The system refuses to open or read the file.
    case unreadable(path: String, reason: String)
    /// The archive or compressed file is cut off or does not decompress to what its checksum says.
    case damaged(path: String, reason: String)
    /// An entry of the archive is a link, a device, or has a path that leads out of the archive.
    case unsafeEntry(path: String, entry: String, reason: String)
    /// The archive holds the same member twice.
    case repeatedEntry(path: String, entry: String)
    /// A file or member has more bytes than a file of its name may have.
    case tooLarge(path: String, member: String, limit: Int)
    /// A compressed file holds more than any data set that is read here.
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
    /// An idx file does not begin with the number that its kind begins with.
    case idxMagic(file: String, found: UInt32, expected: UInt32)
    /// An idx file's header gives a shape that Fashion-MNIST does not have.
    case idxShape(file: String, found: [Int], expected: String)
    /// An idx file has fewer or more bytes than its header promises.
    case idxLength(file: String, images: Int)
    /// As many labels as images are needed.
    case idxCounts(images: Int, labels: Int)
    /// CIFAR-10 is neither here nor to be had, and nothing else was asked for.
    case cifar10Unavailable(reason: String)
    /// The stand-in's package is not installed. `reason` says why a stand-in was needed, if it was.
    case standInMissing(path: String, reason: String?)
    /// libcrypto offers no such digest, as it does when it is configured to refuse MD5.
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
            "\(path) holds \(entry) twice: only one of them can be meant"
        case .tooLarge(let path, let member, let limit):
            "\(member) in \(path) is larger than the \(limit) bytes that a file of this name has at most"
        case .unpacksToTooMuch(let path, let limit):
            "\(path) is refused because it unpacks to more than \(limit) bytes, which no data set read here needs"
        case .empty(let file):
            "\(file) is empty: copy it again, or remove it if it is a training batch you do not need"
        case .truncated(let file, let bytes, let recordBytes):
            "\(file) is truncated: its \(bytes) bytes are not a whole number of \(recordBytes)-byte records "
                + "(\(bytes / recordBytes) of them are \(bytes / recordBytes * recordBytes) bytes); copy it again"
        case .labelOutOfRange(let file, let record, let label, let classes):
            "record \(record) (the first is 0) of \(file) has label \(label) where labels go from 0 to "
                + "\(classes - 1): the file is damaged or no batch of CIFAR-10"
        case .classNames(let file, let found, let expected):
            "\(file) names \(found) classes where CIFAR-10 has \(expected), one a line"
        case .missingTraining(let path):
            "\(path) holds none of data_batch_1.bin to data_batch_5.bin, the training batches of CIFAR-10's "
                + "binary version, and needs at least one"
        case .missingTest(let path):
            "\(path) holds no test_batch.bin, the test batch of CIFAR-10's binary version, which must be there"
        case .idxMagic(let file, let found, let expected):
            "\(file) begins with the number \(found) where an idx file of its kind begins with \(expected)"
        case .idxShape(let file, let found, let expected):
            "\(file) says that its shape is \(found) where \(expected) is expected"
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
