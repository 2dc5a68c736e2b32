/// A data set as it was found: both splits, and everything that a report says about its origin.
public struct LoadedDataset: Sendable {
    /// The training images, labels as a column.
    public var train: ImageDataset
    /// The test images, labels as a column.
    public var test: ImageDataset
    /// Where the images come from.
    public let provenance: DataProvenance
    /// A sentence to be announced when a stand-in was loaded because CIFAR-10 could not be had.
    public let notice: String?

    /// A data set made of its parts.
    public init(train: ImageDataset, test: ImageDataset, provenance: DataProvenance, notice: String? = nil) {
        self.train = train
        self.test = test
        self.provenance = provenance
        self.notice = notice
    }
}
