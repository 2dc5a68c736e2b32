import BigEggs

/// Grad-CAM maps of test images: the first predicted right and the first predicted wrong, with no choice by hand.
public struct ExplainedImages: Encodable, Sendable {
    /// One test image.
    public struct Image: Encodable, Sendable {
        /// The image's index among the test images.
        public let index: Int
        /// The true class.
        public let truth: Int
        /// The class with the highest probability.
        public let predicted: Int
        /// That probability.
        public let confidence: Float
        /// The probability of the true class.
        public let probabilityOfTruth: Float
        /// The map of the predicted class, `[height, width]`, in units of the score before the softmax.
        public let mapOfPredicted: [[Float]]
        /// The map of the true class; the same map if the predicted class is the true one.
        public let mapOfTruth: [[Float]]
    }

    /// The convolution that the maps are computed at.
    public let layer: String
    /// Images that were predicted right.
    public let right: [Image]
    /// Images that were predicted wrong.
    public let wrong: [Image]

    /// Explains predictions.
    ///
    /// - Parameters:
    ///   - model: the network.
    ///   - predictions: its predictions for all images of `test`.
    ///   - test: the images.
    ///   - each: the maximum number of right predictions, and of wrong ones.
    /// - Throws: ``TrainingError`` if the network has no convolution.
    public init(by model: Model, _ predictions: Predictions, of test: ImageDataset, each: Int) throws {
        let convolution = model.summary.last { $0.kind == "Conv2D" }?.name
        func explain(where isRight: Bool) throws -> [Image] {
            let places = (0..<test.count).lazy.filter {
                (predictions.predicted($0) == Int(test.labels.values[$0])) == isRight
            }
            return try places.prefix(each).map { index in
                let (truth, predicted) = (Int(test.labels.values[index]), predictions.predicted(index))
                let maps = try [predicted, truth].map { label in
                    try model.gradCAM(test[index..<index + 1], classes: [label], layer: convolution)
                }
                return Image(
                    index: index, truth: truth, predicted: predicted,
                    confidence: predictions.confidence(index),
                    probabilityOfTruth: Array(predictions[index])[truth], mapOfPredicted: maps[0].rows(0),
                    mapOfTruth: maps[1].rows(0))
            }
        }
        layer = convolution ?? ""
        right = try explain(where: true)
        wrong = try explain(where: false)
    }
}

extension ClassActivationMaps {
    /// The map of one image, a list for each row.
    fileprivate func rows(_ image: Int) -> [[Float]] {
        let map = Array(self[image])
        return (0..<height).map { Array(map[$0 * width..<($0 + 1) * width]) }
    }
}
