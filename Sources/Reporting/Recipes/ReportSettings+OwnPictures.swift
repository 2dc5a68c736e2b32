import BigEggs
import Pictures

extension ReportSettings {
    /// The settings adapted to the number of training images, which may be small for own pictures.
    ///
    /// Batch normalization's running statistics, which validation uses, take a few hundred steps to settle. With few
    /// steps per epoch, early stopping would end the training before that, and the learning rate would fall. So
    /// batches are smaller, and patience lasts for a few hundred steps. For other data sets the settings stay
    /// unchanged.
    public func fitting(_ provenance: DataProvenance, images: Int) -> ReportSettings {
        guard provenance.isOwn else { return self }
        var settings = self
        settings.batchSize = Self.fittingBatchSize(batchSize, images: images)
        let steps = BatchOrder.steps(through: images, batchSize: settings.batchSize)
        settings.patience = max(patience, (500 + steps - 1) / steps)
        settings.plateauPatience = max(plateauPatience, (200 + steps - 1) / steps)
        return settings
    }

    /// `batchSize`, reduced to give 100 steps per epoch, but not to less than 16.
    static func fittingBatchSize(_ batchSize: Int, images: Int) -> Int {
        min(batchSize, max(16, images / 100 / 8 * 8))
    }
}
