/// A loaded data set: both splits and their provenance.
public struct LoadedDataset: Sendable {
    /// The training images, labels as a column.
    public var train: ImageDataset
    /// The test images, labels as a column.
    public var test: ImageDataset
    /// Where the images come from.
    public let provenance: DataProvenance
    /// Sentences to show to the user: why a stand-in was loaded, or what is odd about a directory of own
    /// pictures.
    public let notice: String?

    /// A data set from its parts.
    public init(train: ImageDataset, test: ImageDataset, provenance: DataProvenance, notice: String? = nil) {
        self.train = train
        self.test = test
        self.provenance = provenance
        self.notice = notice
    }
}
