import BigEggs
import Foundation

/// Loss and accuracy of a network's predictions, which may be the mean of several.
public struct PredictionScore: Codable, Sendable, Equatable {
    /// The mean of −log of the probability of the label.
    public let loss: Double
    /// The share of images whose most probable class is their label.
    public let accuracy: Double

    /// A score that is known.
    init(loss: Double, accuracy: Double) {
        self.loss = loss
        self.accuracy = accuracy
    }

    /// The score of the mean of `predictions`, each of them of all images of `dataset`, which has one at least.
    public init(_ predictions: Predictions..., of dataset: ImageDataset) {
        let labels = dataset.labels.values
        var (loss, right) = (0.0, 0)
        for (image, label) in labels.enumerated() {
            let rows = predictions.map { $0[image] }
            let mean = (0..<(rows.first?.count ?? 0)).map { column in
                rows.reduce(0) { $0 + $1[$1.startIndex + column] } / Float(rows.count)
            }
            let best = mean.indices.max { mean[$0] < mean[$1] || mean[$0] == mean[$1] && $0 > $1 }
            loss -= log(max(Double(mean[Int(label)]), Double(Float.leastNormalMagnitude)))
            right += best == Int(label) ? 1 : 0
        }
        self.loss = loss / Double(labels.count)
        accuracy = Double(right) / Double(labels.count)
    }

    /// The score of a network that sees each image twice, as it is and with left and right exchanged, and
    /// gives the mean of what it takes the two for.
    ///
    /// - Throws: `TrainingError` for images that do not fit the network, `EngineError`.
    public init(mirroring dataset: ImageDataset, by model: Model, batchSize: Int) throws {
        self.init(
            try model.predict(dataset, batchSize: batchSize),
            try model.predict(try dataset.mirrored(), batchSize: batchSize), of: dataset)
    }
}
