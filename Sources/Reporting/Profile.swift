import BigEggs

/// How much of the data set a run uses, and how long it trains.
public enum Profile: String, CaseIterable, Sendable, Codable {
    /// 10,000 training and 2,000 test images and few epochs: the whole report in minutes.
    case quick
    /// All images and many epochs: the committed report.
    case full

    /// How many training images are used; nil for all.
    public var trainImages: Int? { self == .quick ? 10_000 : nil }
    /// How many test images are used; nil for all.
    public var testImages: Int? { self == .quick ? 2_000 : nil }

    /// The part of a data set that the profile uses: its first images.
    public func limit(_ data: LoadedDataset) -> LoadedDataset {
        var limited = data
        if let trainImages { limited.train = data.train.prefix(trainImages) }
        if let testImages { limited.test = data.test.prefix(testImages) }
        return limited
    }
}
