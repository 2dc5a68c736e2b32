import BigEggs
import Pictures

extension ReportSettings {
    /// The settings for as many training images as there are: of somebody's own pictures there may be few.
    ///
    /// Batch normalization's running statistics, with which a network is validated, take some hundred steps to
    /// settle. Where an epoch has but a few steps, early stopping would give up before that and the learning
    /// rate would fall; so steps are smaller, and patience lasts for some hundred of them. For any other data
    /// set the settings stay as they are.
    public func fitting(_ provenance: DataProvenance, images: Int) -> ReportSettings {
        guard provenance.isOwn else { return self }
        var settings = self
        settings.batchSize = Self.fittingBatchSize(batchSize, images: images)
        let steps = BatchOrder.steps(through: images, batchSize: settings.batchSize)
        settings.patience = max(patience, (500 + steps - 1) / steps)
        settings.plateauPatience = max(plateauPatience, (200 + steps - 1) / steps)
        return settings
    }

    /// A batch size that gives an epoch on few images a hundred steps, if it can.
    static func fittingBatchSize(_ batchSize: Int, images: Int) -> Int {
        min(batchSize, max(16, images / 100 / 8 * 8))
    }
}
