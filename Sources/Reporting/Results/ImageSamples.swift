/// Images of one split, by class: a record names images and never holds their pixels.
public struct ImageSamples: Encodable, Sendable {
    /// `train` or `test`.
    public let split: String
    /// Of each class, the places of its images in the split.
    public let indices: [[Int]]

    /// Images of a split.
    public init(split: String, indices: [[Int]]) {
        self.split = split
        self.indices = indices
    }
}

/// One image of a split.
public struct SampleImage: Encodable, Sendable {
    /// `train` or `test`.
    public let split: String
    /// The image's place in the split.
    public let index: Int
    /// Its class.
    public let label: Int

    /// An image of a split.
    public init(split: String, index: Int, label: Int) {
        self.split = split
        self.index = index
        self.label = label
    }
}
