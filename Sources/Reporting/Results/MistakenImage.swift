/// A test image whose prediction is wrong.
public struct MistakenImage: Encodable, Sendable {
    /// The image's index among the test images.
    public let index: Int
    /// The probability of the class that was predicted.
    public let confidence: Float
    /// The probability of each class.
    public let probabilities: [Float]

    /// A wrong prediction for a test image.
    public init(index: Int, confidence: Float, probabilities: [Float]) {
        self.index = index
        self.confidence = confidence
        self.probabilities = probabilities
    }
}
