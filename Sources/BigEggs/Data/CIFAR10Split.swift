/// Training or test images of CIFAR-10, gathered from batches in any order.
struct CIFAR10Split {
    static let imageShape = [32, 32, 3]
    static let recordBytes = 1 + imageBytes
    private static let imageBytes = 32 * 32 * 3

    private(set) var labels: [Int32] = []
    private var images: [UInt8] = []
    /// The number of images of each batch added so far, by the batch's rank.
    private var counts: [Int: Int] = [:]

    /// Decodes a batch and inserts its images after those of lower ranks and before those of higher ranks.
    ///
    /// - Parameters:
    ///   - batch: whole records.
    ///   - rank: the batch's place among the others.
    ///   - batches: the maximum number of batches of the split. Memory for that many batches of this size is
    ///     reserved, so that adding full batches never reallocates. Unused pages take no memory.
    ///   - file: the file's name in errors.
    /// - Throws: ``DataError`` if the batch is empty, truncated, or has a label above 9.
    mutating func add(_ batch: UnsafeRawBufferPointer, rank: Int, of batches: Int, file: String) throws {
        let count = batch.count / Self.recordBytes
        guard !batch.isEmpty else { throw DataError.empty(file: file) }
        guard batch.count == count * Self.recordBytes else {
            throw DataError.truncated(file: file, bytes: batch.count, recordBytes: Self.recordBytes)
        }
        let classes = CIFAR10Reader.classNames.count
        let batchLabels = (0..<count).map { Int32(batch[$0 * Self.recordBytes]) }
        if let record = batchLabels.firstIndex(where: { $0 >= classes }) {
            throw DataError.labelOutOfRange(
                file: file, record: record, label: Int(batchLabels[record]), classes: classes)
        }
        let first = counts.reduce(0) { $1.key < rank ? $0 + $1.value : $0 }
        counts[rank] = count
        labels.insert(contentsOf: batchLabels, at: first)
        images.reserveCapacity(batches * count * Self.imageBytes)
        let blank = repeatElement(UInt8(0), count: count * Self.imageBytes)
        images.insert(contentsOf: blank, at: first * Self.imageBytes)
        images.withUnsafeMutableBufferPointer { images in
            for record in 0..<count {
                Self.interleave(
                    UnsafeRawBufferPointer(rebasing: batch[(record * Self.recordBytes + 1)...]),
                    into: UnsafeMutableBufferPointer(
                        rebasing: images[((first + record) * Self.imageBytes)...]))
            }
        }
    }

    /// The images of all batches, with labels as a column.
    func dataset(classNames: [String]) throws -> ImageDataset {
        try ImageDataset(
            images: images, labels: Labels(labels, asColumn: true), imageShape: Self.imageShape,
            classNames: classNames)
    }

    /// Converts one plane per channel to interleaved channels.
    private static func interleave(
        _ planes: UnsafeRawBufferPointer, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        let size = imageBytes / 3
        for pixel in 0..<size {
            pixels[3 * pixel] = planes[pixel]
            pixels[3 * pixel + 1] = planes[size + pixel]
            pixels[3 * pixel + 2] = planes[2 * size + pixel]
        }
    }
}
