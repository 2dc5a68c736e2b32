import BigEggs

/// Records loss and accuracy after every epoch on images that do not affect the training.
///
/// The loss uses unsmoothed labels, even if the training smooths them.
public final class TestWatch: Callback {
    private let images: ImageDataset
    private let batchSize: Int
    /// The mean loss after each epoch.
    public private(set) var losses: [Double] = []
    /// The share of images predicted right after each epoch.
    public private(set) var accuracies: [Double] = []

    /// A callback that evaluates `images`.
    public init(_ images: ImageDataset, batchSize: Int) {
        self.images = images
        self.batchSize = batchSize
    }

    public func onTrainBegin(_ run: TrainingRun) { (losses, accuracies) = ([], []) }

    public func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        let score = PredictionScore(try run.model.predict(images, batchSize: batchSize), of: images)
        losses.append(score.loss)
        accuracies.append(score.accuracy)
    }

    public var state: CallbackState? {
        var values: [String: Double] = [:]
        for (epoch, loss) in losses.enumerated() { values["loss.\(epoch)"] = loss }
        for (epoch, accuracy) in accuracies.enumerated() { values["accuracy.\(epoch)"] = accuracy }
        return CallbackState(values: values)
    }

    public func restore(_ state: CallbackState) {
        func series(_ name: String) -> [Double] {
            Array((0...).lazy.map { state.values["\(name).\($0)"] }.prefix { $0 != nil }.compactMap(\.self))
        }
        (losses, accuracies) = (series("loss"), series("accuracy"))
    }
}
