/// One image of a split.
public struct SampleImage: Encodable, Sendable {
    /// `train` or `test`.
    public let split: String
    /// The image's index in the split.
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
