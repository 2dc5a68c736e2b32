/// One test image and the network's prediction.
public struct DemoPrediction: Encodable, Sendable {
    /// The image's index among the test images.
    public let index: Int
    /// The true class.
    public let truth: Int
    /// The class with the highest probability.
    public let predicted: Int
    /// That probability.
    public let confidence: Float
    /// The probability of each class.
    public let probabilities: [Float]

    /// The network's prediction for a test image.
    public init(index: Int, truth: Int, predicted: Int, confidence: Float, probabilities: [Float]) {
        self.index = index
        self.truth = truth
        self.predicted = predicted
        self.confidence = confidence
        self.probabilities = probabilities
    }
}
