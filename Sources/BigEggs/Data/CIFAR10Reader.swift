import FoundationEssentials
import Glibc

/// Reads CIFAR-10's binary version from a directory or an archive.
///
/// A batch is up to 10,000 records of 3,073 bytes: a label and the red, green and blue planes of a
/// 32×32 image, row by row (https://www.cs.toronto.edu/~kriz/cifar.html).
struct CIFAR10Reader {
    static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
    static let testFile = "test_batch.bin"
    static let officialArchiveMD5 = "c32a1d4ab5d03f1284b67883e8d87530"

    private static let namesFile = "batches.meta.txt"
    private static let provenanceFile = "PROVENANCE.txt"
    private static let limits: [String: Int] = {
        let batches = (trainingFiles + [testFile]).map { ($0, 10_000 * CIFAR10Split.recordBytes) }
        return Dictionary(uniqueKeysWithValues: batches + [(namesFile, 1 << 14), (provenanceFile, 1 << 16)])
    }()

    private let path: String
    private var train = CIFAR10Split()
    private var test = CIFAR10Split()
    private var classNames = Self.classNames
    private var statement: String?

    /// Loads the data set at `path`: the archive, the directory with the batches, or its parent directory.
    /// Training batches may be missing. If `needed` includes ``DatasetSplits/train``, at least
    /// one must exist.
    ///
    /// - Parameter needed: the splits that must have images. If empty, at least one split must have some.
    /// - Throws: ``DataError``.
    static func load(_ path: String, needing needed: DatasetSplits = .all) throws -> LoadedDataset {
        var reader = CIFAR10Reader(path: path)
        let md5 = try isDirectory(path) ? reader.readDirectory() : reader.readArchive()
        return try reader.dataset(md5: md5, needing: needed)
    }

    /// The checksum of the data set at `path`, computed from its bytes without decoding images.
    ///
    /// - Throws: ``DataError``.
    static func checksum(of path: String) throws -> String {
        guard isDirectory(path) else { return "md5:" + (try Checksum.md5(of: path)) }
        let directory = batches(in: path)
        let files = (trainingFiles + [testFile]).map { directory + "/" + $0 }
        return "md5:" + (try Checksum.md5(ofAll: files.filter(FileManager.default.fileExists)))
    }

    private init(path: String) { self.path = path }

    private mutating func readArchive() throws -> String {
        // The closure adds the members to a copy, which replaces `self` at the end.
        var reader = self
        let md5 = try Archive.read(path, limits: Self.limits) { name, bytes in
            try reader.add(name, bytes, file: reader.path + "/" + name)
        }
        self = reader
        return md5
    }

    /// Reads a directory and returns the MD5 of its concatenated batches, training batches first.
    private mutating func readDirectory() throws -> String {
        let directory = Self.batches(in: path)
        let digest = try Digest(.md5)
        for name in Self.trainingFiles + [Self.testFile, Self.namesFile, Self.provenanceFile] {
            let file: InputFile
            do {
                file = try InputFile(directory + "/" + name)
            } catch DataError.notFound {
                continue
            }
            let limit = Self.limits[name, default: 0]
            guard file.size <= limit else {
                throw DataError.tooLarge(path: directory, member: name, limit: limit)
            }
            try file.readAll(file.size).withUnsafeBytes { bytes in
                if name.hasSuffix(".bin") { digest.update(bytes) }
                try add(name, bytes, file: file.path)
            }
        }
        return digest.finish()
    }

    /// Adds one file of the data set. Batches may come in any order.
    private mutating func add(_ name: String, _ bytes: UnsafeRawBufferPointer, file: String) throws {
        switch name {
        case Self.namesFile:
            let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            classNames = lines.map { $0.trimmed }.filter { !$0.isEmpty }
            guard classNames.count == Self.classNames.count else {
                throw DataError.classNames(
                    file: file, found: classNames.count, expected: Self.classNames.count)
            }
        case Self.provenanceFile:
            statement =
                String(decoding: bytes, as: UTF8.self)
                .trimmed
        case Self.testFile:
            try test.add(bytes, rank: 0, of: 1, file: file)
        default:
            let rank = Self.trainingFiles.firstIndex(of: name) ?? 0
            try train.add(bytes, rank: rank, of: Self.trainingFiles.count, file: file)
        }
    }

    private func dataset(md5: String, needing needed: DatasetSplits) throws -> LoadedDataset {
        let isEmpty = train.labels.isEmpty && test.labels.isEmpty
        if train.labels.isEmpty, needed.contains(.train) || isEmpty {
            throw DataError.missingTraining(path: path)
        }
        if test.labels.isEmpty, needed.contains(.test) { throw DataError.missingTest(path: path) }
        let provenance = DataProvenance(
            name: DataProvenance.cifar10Name, path: path, checksum: "md5:" + md5,
            isOfficial: md5 == Self.officialArchiveMD5, isStandIn: false, statement: statement)
        return LoadedDataset(
            train: try train.dataset(classNames: classNames), test: try test.dataset(classNames: classNames),
            provenance: provenance)
    }

    /// The directory with the batches: ``Archive/directory`` inside `path` if it exists, otherwise `path`.
    private static func batches(in path: String) -> String {
        let inner = path + "/" + Archive.directory
        return isDirectory(inner) ? inner : path
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
