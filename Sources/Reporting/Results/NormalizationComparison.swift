/// Two short trainings that differ in the scale of the pixels alone.
public struct NormalizationComparison: Encodable, Sendable {
    /// How many images trained each network.
    public let images: Int
    /// How many images validated it.
    public let testImages: Int
    /// For how many epochs.
    public let epochs: Int
    /// The history on pixels from 0 to 255, one list a metric.
    public let raw: [String: [Double]]
    /// The history on pixels from 0 to 1, one list a metric.
    public let scaled: [String: [Double]]

    /// What the two trainings had in common, and the history of each.
    public init(
        images: Int, testImages: Int, epochs: Int, raw: [String: [Double]], scaled: [String: [Double]]
    ) {
        self.images = images
        self.testImages = testImages
        self.epochs = epochs
        self.raw = raw
        self.scaled = scaled
    }
}
