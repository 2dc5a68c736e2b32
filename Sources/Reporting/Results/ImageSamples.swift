/// Images of one split, by class. A record names images and never holds their pixels.
public struct ImageSamples: Encodable, Sendable {
    /// `train` or `test`.
    public let split: String
    /// For each class, the indices of its images in the split.
    public let indices: [[Int]]

    /// Images of a split.
    public init(split: String, indices: [[Int]]) {
        self.split = split
        self.indices = indices
    }
}
