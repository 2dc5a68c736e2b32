/// CIFAR-10: 50,000 training and 10,000 test images, 32×32 in colour, of ten classes (Krizhevsky,
/// "Learning Multiple Layers of Features from Tiny Images", 2009).
public enum CIFAR10 {
    /// The names of the ten classes, in the order of the labels.
    public static let classNames = CIFAR10Reader.classNames

    /// Loads both splits, as Keras's `cifar10.load_data` does: images `[count, 32, 32, 3]` as bytes,
    /// labels as a column `[count, 1]`.
    ///
    /// With ``DataSource/automatic``, no local copy and no network, the images are those of the stand-in.
    /// ``DataSource/load(needing:progress:)`` returns the same data with its provenance.
    ///
    /// - Throws: ``DataError`` or ``DownloadError``.
    public static func load(from source: DataSource = .automatic) throws -> (
        train: ImageDataset, test: ImageDataset
    ) {
        let dataset = try source.load()
        return (dataset.train, dataset.test)
    }
}
