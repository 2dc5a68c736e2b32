import BigEggs
import Foundation
public import MessagePassing

/// Loss and accuracy of a network's predictions, or of the mean of several predictions.
public struct PredictionScore: Codable, Sendable, Equatable {
    /// The mean of −log(probability of the label).
    public let loss: Double
    /// The share of images whose most probable class is their label.
    public let accuracy: Double

    /// A score with known values.
    init(loss: Double, accuracy: Double) {
        self.loss = loss
        self.accuracy = accuracy
    }

    /// The score of predictions for all images of `dataset`, which must not be empty.
    public init(_ predictions: Predictions, of dataset: ImageDataset) {
        self.init([predictions], weights: [1], of: dataset)
    }

    /// The score of a network whose predictions are averaged over several views of each image.
    ///
    /// - Throws: `TrainingError` for images that do not fit the network, `EngineError`.
    public init(
        _ views: [TestView], of dataset: ImageDataset, by model: Model, batchSize: Int,
        communicator: Communicator = .alone
    ) throws {
        self = try PredictionScore.scores(
            [views], of: dataset, by: model, batchSize: batchSize, communicator: communicator)[0]
    }

    /// The scores of several lists of views. A view in more than one list is predicted only once.
    ///
    /// - Parameter communicator: the processes that share the work.
    /// - Throws: `TrainingError` for images that do not fit the network, `EngineError`.
    public static func scores(
        _ lists: [[TestView]], of dataset: ImageDataset, by model: Model, batchSize: Int,
        communicator: Communicator = .alone
    ) throws -> [PredictionScore] {
        var seen: [(view: TestView, predictions: Predictions)] = []
        func predictions(_ view: TestView) throws -> Predictions {
            var view = view
            view.weight = 1
            if let known = seen.first(where: { $0.view == view }) { return known.predictions }
            let predictions = Predictions(
                joining: try dataset.runs(of: batchSize).map {
                    try model.predict(
                        try dataset[$0].seen(view), batchSize: batchSize, communicator: communicator)
                })
            seen.append((view, predictions))
            return predictions
        }
        return try lists.map { views in
            PredictionScore(
                try views.map(predictions), weights: views.map { Float($0.weight) }, of: dataset)
        }
    }

    private init(_ predictions: [Predictions], weights: [Float], of dataset: ImageDataset) {
        let labels = dataset.labels.values
        let total = weights.reduce(0, +)
        var (loss, right) = (0.0, 0)
        for (image, label) in labels.enumerated() {
            let rows = predictions.map { Array($0[image]) }
            let mean = (0..<(rows.first?.count ?? 0)).map { column in
                let sum = rows.indices.reduce(into: Float(0)) { $0 += weights[$1] * rows[$1][column] }
                return sum / total
            }
            let best = mean.indices.max { mean[$0] < mean[$1] || mean[$0] == mean[$1] && $0 > $1 }
            loss -= log(max(Double(mean[Int(label)]), Double(Float.leastNormalMagnitude)))
            right += best == Int(label) ? 1 : 0
        }
        self.loss = loss / Double(labels.count)
        accuracy = Double(right) / Double(labels.count)
    }
}

extension ImageDataset {
    /// Ranges of whole batches. To limit the memory of a view, a range has at most 64 MB of images, but at least one
    /// batch.
    fileprivate func runs(of batchSize: Int) -> [Range<Int>] {
        let batches = max(1, (64 << 20) / max(1, bytesPerImage * batchSize))
        return stride(from: 0, to: max(1, count), by: batches * batchSize).map {
            $0..<Swift.min($0 + batches * batchSize, count)
        }
    }
}
