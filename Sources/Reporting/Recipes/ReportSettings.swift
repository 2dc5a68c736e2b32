import BigEggs

/// The settings of the report's two trainings, used wherever the report's network is trained.
public struct ReportSettings: Sendable, Codable, Equatable {
    /// Images per training step.
    public var batchSize = 128
    /// Adam's learning rate at the start.
    public var learningRate = 1e-3
    /// The maximum number of epochs; early stopping usually ends a training before.
    public var epochs: Int
    /// Epochs without a better validation loss, or without a better validation accuracy, after which
    /// training stops.
    public var patience: Int
    /// Epochs without a better validation loss after which the learning rate is halved.
    public var plateauPatience: Int

    /// The report's augmentation of training images.
    public static let generator = ImageDataGenerator(
        rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1)

    /// The settings for training on the images as they are.
    public static func plain(_ profile: Profile) -> ReportSettings {
        switch profile {
        case .quick: ReportSettings(epochs: 10, patience: 5, plateauPatience: 2)
        case .full: ReportSettings(epochs: 60, patience: 8, plateauPatience: 3)
        }
    }

    /// The settings for training on augmented images, which takes longer to stop improving.
    public static func augmented(_ profile: Profile) -> ReportSettings {
        switch profile {
        case .quick: ReportSettings(epochs: 14, patience: 10, plateauPatience: 3)
        case .full: ReportSettings(epochs: 100, patience: 12, plateauPatience: 4)
        }
    }
}
