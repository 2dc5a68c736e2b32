import BigEggs

/// Everything that is recorded about a trained network's test predictions.
public struct TestResults: Encodable, Sendable {
    /// The mean loss.
    public let loss: Double
    /// The share of images predicted right.
    public let accuracy: Double
    /// How many images.
    public let images: Int
    /// The predicted class of each image.
    public let predicted: [Int]
    /// The probability of that class.
    public let confidence: [Float]
    /// The confusion matrix: rows are the truth, columns the prediction.
    public let confusion: [[Int]]
    /// The accuracy of each class, with its interval.
    public let perClass: [Proportion]
    /// The six pairs that were confused most often, with up to six images each.
    public let confusedPairs: [ConfusionMatrix.Pair]
    /// Confidence against accuracy.
    public let calibration: Calibration

    /// Analyzes the predictions of a network for all images of a data set.
    public init(evaluation: Evaluation, predictions: Predictions, of test: ImageDataset) {
        let truth = test.labels.values.map { Int($0) }
        let predicted = truth.indices.map { predictions.predicted($0) }
        let confidence = truth.indices.map { predictions.confidence($0) }
        let matrix = ConfusionMatrix(truth: truth, predicted: predicted, classes: test.classNames.count)
        loss = evaluation.loss
        accuracy = evaluation.accuracy
        images = evaluation.images
        self.predicted = predicted
        self.confidence = confidence
        confusion = matrix.counts
        perClass = matrix.perClass
        confusedPairs = matrix.mostConfused(6, examples: 6)
        calibration = Calibration(confidence: confidence, correct: zip(truth, predicted).map(==))
    }

    /// The accuracy over all classes, with its interval.
    public var overall: Proportion {
        Proportion(correct: confusion.indices.reduce(0) { $0 + confusion[$1][$1] }, of: images)
    }

    /// The mean of the confidences.
    public var meanConfidence: Double {
        confidence.reduce(0) { $0 + Double($1) } / Double(max(1, confidence.count))
    }
}
