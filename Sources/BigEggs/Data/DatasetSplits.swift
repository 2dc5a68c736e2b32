/// The splits of a data set that a caller needs.
public struct DatasetSplits: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The images to train on.
    public static let train = DatasetSplits(rawValue: 1)
    /// The images to test with.
    public static let test = DatasetSplits(rawValue: 2)
    /// Both.
    public static let all: DatasetSplits = [.train, .test]
}
