/// Images, their labels, and a factor that scales the pixels to network input.
///
/// The pixels are bytes or floats in memory, or bytes in a file.
public struct ImageDataset: Sendable {
    let pixels: Pixels
    /// Pixels as loaded, `[count, height, width, channels]`, row-major, 0 to 255. Floats are copied, rounded and
    /// clamped; images in a file are all read into memory.
    public var images: [UInt8] { pixels.asBytes }
    /// `[height, width, channels]`, or `[features]`.
    public let imageShape: [Int]
    /// One label per image.
    public private(set) var labels: Labels
    /// The name of each class, in the order of the labels.
    public let classNames: [String]
    /// The factor that scales every pixel to network input: 1 as loaded; ``rescaled(_:)`` sets it, by default
    /// to 1/255. Bytes and a factor take a quarter of the memory of floats.
    public private(set) var rescale: Float = 1

    /// The first image's index in errors: 0, or its index in a large array of which this data set is a part.
    package var firstIndex = 0

    /// The number of images.
    public var count: Int { labels.values.count }
    /// `[count, height, width, channels]`, or `[count, features]`.
    public var shape: [Int] { [count] + imageShape }
    /// The number of values of one image.
    public var bytesPerImage: Int { imageShape.reduce(1, *) }

    /// Makes a data set from arrays of bytes.
    ///
    /// - Parameters:
    ///   - images: bytes, `[count, height, width, channels]`, row-major.
    ///   - labels: one per image.
    ///   - imageShape: `[height, width, channels]`.
    ///   - classNames: one per class.
    /// - Throws: ``ImageDatasetError`` if the sizes disagree or a label has no class.
    public init(images: [UInt8], labels: Labels, imageShape: [Int], classNames: [String]) throws {
        try self.init(pixels: .bytes(images), labels, imageShape, classNames)
    }

    /// Makes a data set from arrays of floats, in the range that the network expects.
    ///
    /// - Parameters:
    ///   - floats: `[count, height, width, channels]`, row-major, or `[count, features]`.
    ///   - labels: one per image.
    ///   - imageShape: `[height, width, channels]`, or `[features]`.
    ///   - classNames: one per class.
    /// - Throws: ``ImageDatasetError`` if the sizes disagree or a label has no class.
    public init(floats: [Float], labels: Labels, imageShape: [Int], classNames: [String]) throws {
        try self.init(pixels: .floats(floats), labels, imageShape, classNames)
    }

    /// Makes a data set from borrowed memory, without a copy. The memory must stay valid and unchanged while
    /// the data set or a part of it is in use.
    package init(
        borrowing images: UnsafeBufferPointer<UInt8>, labels: Labels, imageShape: [Int],
        classNames: [String]
    ) throws {
        try self.init(
            pixels: .borrowedBytes(BorrowedMemory(buffer: images)), labels, imageShape, classNames)
    }

    /// Makes a data set from borrowed floats, without a copy. The memory must stay valid and unchanged while the data
    /// set or a part of it is in use.
    package init(
        borrowing floats: UnsafeBufferPointer<Float>, labels: Labels, imageShape: [Int],
        classNames: [String]
    ) throws {
        try self.init(
            pixels: .borrowedFloats(BorrowedMemory(buffer: floats)), labels, imageShape, classNames)
    }

    /// Makes a data set from images in a file, which are read on use.
    ///
    /// - Parameters:
    ///   - file: images of `imageShape`, one after another.
    ///   - places: for each image of the data set, its index in the file.
    package init(
        mapping file: MappedFile, places: [Int32], labels: Labels, imageShape: [Int], classNames: [String]
    ) throws {
        try self.init(
            pixels: .mapped(
                MappedImages(file: file, bytesPerImage: imageShape.reduce(1, *), places: places)),
            labels, imageShape, classNames)
    }

    private init(pixels: Pixels, _ labels: Labels, _ imageShape: [Int], _ classNames: [String]) throws {
        let expected = labels.values.count * imageShape.reduce(1, *)
        guard pixels.count == expected else {
            throw ImageDatasetError.pixelCount(found: pixels.count, expected: expected)
        }
        if let index = labels.values.firstIndex(where: { $0 < 0 || $0 >= classNames.count }) {
            throw ImageDatasetError.labelOutOfRange(
                label: Int(labels.values[index]), index: index, classes: classNames.count)
        }
        self.pixels = pixels
        self.imageShape = imageShape
        self.labels = labels
        self.classNames = classNames
    }

    /// The same images, multiplied by `factor` as network input, like Keras's `rescale`.
    public func rescaled(_ factor: Float = 1 / 255) -> ImageDataset {
        var copy = self
        copy.rescale = factor
        return copy
    }

    /// The same images with their labels as a vector.
    public func withFlattenedLabels() -> ImageDataset {
        var copy = self
        copy.labels = labels.flattened()
        return copy
    }

    /// The first `maximum` images, or all if there are fewer.
    public func prefix(_ maximum: Int) -> ImageDataset { self[0..<Swift.min(maximum, count)] }

    /// The images of a range of indices.
    public subscript(range: Range<Int>) -> ImageDataset {
        ImageDataset(
            checked: pixels[range.lowerBound * bytesPerImage..<range.upperBound * bytesPerImage],
            labels: Labels(Array(labels.values[range]), asColumn: labels.shape.count == 2), of: self)
    }

    /// The bytes of one image, `[height, width, channels]`.
    public func image(at index: Int) -> ArraySlice<UInt8> {
        let range = index * bytesPerImage..<(index + 1) * bytesPerImage
        if case .bytes(let images) = pixels { return images[range] }
        return pixels[range].asBytes[...]
    }

    private init(checked pixels: Pixels, labels: Labels, of parent: ImageDataset) {
        self.pixels = pixels
        self.labels = labels
        imageShape = parent.imageShape
        classNames = parent.classNames
        rescale = parent.rescale
    }
}
