/// A batch of images as network input, with their labels.
public struct ImageBatch: Sendable, Equatable {
    /// `[count, height, width, channels]`, row-major.
    public let images: [Float]
    /// `[count, height, width, channels]`.
    public let shape: [Int]
    /// One label per image.
    public let labels: [Int32]
    /// The index of each image in its data set.
    public let indices: [Int]
}
