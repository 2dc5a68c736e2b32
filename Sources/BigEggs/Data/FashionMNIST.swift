/// Fashion-MNIST, the stand-in for CIFAR-10 if that is unavailable.
///
/// It has the same number of classes and test images. Its 28×28 gray images are padded with black to 32×32
/// and repeated over three channels, to fit the same network (Xiao, Rasul and Vollgraf,
/// "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017).
public enum FashionMNIST {
    /// The names of its ten classes, in the order of the labels.
    public static let classNames = [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
    ]
    /// Where Debian's package `dataset-fashion-mnist` puts the files.
    public static let directory = "/usr/share/datasets/fashion-mnist"

    private static let side = 28
    private static let paddedSide = 32
    private static let imagesMagic: UInt32 = 0x803
    private static let labelsMagic: UInt32 = 0x801
    private static let maximumCount = 60_000

    /// Loads the data set from a directory with its four `idx….gz` files.
    ///
    /// - Parameter reason: why a stand-in is needed, for the notice and the error.
    /// - Throws: ``DataError``; ``DataError/standInMissing(path:reason:)`` if a file is missing.
    static func load(
        from directory: String = directory, because reason: String? = nil
    ) throws -> LoadedDataset {
        let digest = try Digest(.md5)
        do {
            let train = try split("train", in: directory, digest)
            let test = try split("t10k", in: directory, digest)
            let provenance = DataProvenance(
                name: "Fashion-MNIST", path: directory, checksum: "md5:" + digest.finish(), isOfficial: false,
                isStandIn: true)
            let notice = reason.map { "Fashion-MNIST stands in for CIFAR-10, which is not at hand: \($0)." }
            return LoadedDataset(train: train, test: test, provenance: provenance, notice: notice)
        } catch DataError.notFound {
            throw DataError.standInMissing(path: directory, reason: reason)
        }
    }

    /// The checksum of the data set in a directory.
    ///
    /// - Throws: ``DataError``.
    static func checksum(of directory: String) throws -> String {
        let files = ["train", "t10k"].flatMap { split in
            ["images-idx3", "labels-idx1"].map { "\(directory)/\(split)-\($0)-ubyte.gz" }
        }
        return "md5:" + (try Checksum.md5(ofAll: files))
    }

    private static func split(_ name: String, in directory: String, _ digest: Digest) throws -> ImageDataset {
        let images = try images(in: directory + "/\(name)-images-idx3-ubyte.gz", digest)
        let labels = try labels(in: directory + "/\(name)-labels-idx1-ubyte.gz", digest)
        let imageBytes = paddedSide * paddedSide * 3
        guard images.count == labels.count * imageBytes else {
            throw DataError.idxCounts(images: images.count / imageBytes, labels: labels.count)
        }
        return try ImageDataset(
            images: images, labels: Labels(labels, asColumn: true), imageShape: [paddedSide, paddedSide, 3],
            classNames: classNames)
    }

    private static func images(in path: String, _ digest: Digest) throws -> [UInt8] {
        let file = try GzipFile(path, digest: digest)
        let shape = try header(of: file, magic: imagesMagic, dimensions: 3)
        guard (1...maximumCount).contains(shape[0]), shape[1...] == [side, side] else {
            throw DataError.idxShape(file: path, found: shape, expected: "[count, \(side), \(side)]")
        }
        var image = [UInt8](repeating: 0, count: side * side)
        var images = [UInt8](repeating: 0, count: shape[0] * paddedSide * paddedSide * 3)
        let margin = (paddedSide - side) / 2
        for index in 0..<shape[0] {
            try read(into: &image, from: file, of: shape[0])
            for row in 0..<side {
                let start = ((index * paddedSide + row + margin) * paddedSide + margin) * 3
                for column in 0..<side {
                    for channel in 0..<3 {
                        images[start + column * 3 + channel] = image[row * side + column]
                    }
                }
            }
        }
        guard try file.drain() == 0 else { throw DataError.idxLength(file: path, images: shape[0]) }
        return images
    }

    private static func labels(in path: String, _ digest: Digest) throws -> [Int32] {
        let file = try GzipFile(path, digest: digest)
        let shape = try header(of: file, magic: labelsMagic, dimensions: 1)
        guard (1...maximumCount).contains(shape[0]) else {
            throw DataError.idxShape(file: path, found: shape, expected: "[count]")
        }
        var labels = [UInt8](repeating: 0, count: shape[0])
        try read(into: &labels, from: file, of: shape[0])
        guard try file.drain() == 0 else { throw DataError.idxLength(file: path, images: shape[0]) }
        if let record = labels.firstIndex(where: { $0 >= classNames.count }) {
            throw DataError.labelOutOfRange(
                file: path, record: record, label: Int(labels[record]), classes: classNames.count)
        }
        return labels.map(Int32.init)
    }

    /// Reads the shape from an idx file's header: a magic number, then one number per dimension, all big-endian.
    private static func header(of file: GzipFile, magic: UInt32, dimensions: Int) throws -> [Int] {
        var bytes = [UInt8](repeating: 0, count: 4 * (1 + dimensions))
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
        let words = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        guard words[0] == magic else {
            throw DataError.idxMagic(file: file.path, found: words[0], expected: magic)
        }
        guard count == bytes.count else { throw DataError.idxLength(file: file.path, images: 0) }
        return words[1...].map(Int.init)
    }

    private static func read(into bytes: inout [UInt8], from file: GzipFile, of count: Int) throws {
        let found = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
        guard found == bytes.count else { throw DataError.idxLength(file: file.path, images: count) }
    }
}
