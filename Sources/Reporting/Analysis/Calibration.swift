import BigEggs

/// How well confidence matches accuracy: of predictions with confidence 0.8, 80 % should be right.
///
/// Images are binned by confidence. In a calibrated network, each bin's accuracy equals its mean confidence. The
/// expected calibration error is the mean absolute difference of the two, weighted by the number of images: Guo,
/// Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017.
public struct Calibration: Sendable, Codable, Equatable {
    /// The images whose confidence is above `low` and not above `high`.
    public struct Bin: Sendable, Codable, Equatable {
        /// The lower bound, exclusive; the first bin includes 0.
        public let low: Double
        /// The upper bound, inclusive.
        public let high: Double
        /// How many images.
        public let count: Int
        /// Their mean confidence; nil in an empty bin.
        public let confidence: Double?
        /// The share predicted correctly; nil in an empty bin.
        public let accuracy: Double?
        /// The lower end of the accuracy's 95 % Wilson interval; nil in an empty bin.
        public let accuracyLow: Double?
        /// The upper end of that interval; nil in an empty bin.
        public let accuracyHigh: Double?

        enum CodingKeys: String, CodingKey {
            case low, high, count, confidence, accuracy, accuracyLow, accuracyHigh
        }

        /// Writes an empty bin's means as null, so that every bin has the same keys.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(low, forKey: .low)
            try container.encode(high, forKey: .high)
            try container.encode(count, forKey: .count)
            try container.encode(confidence, forKey: .confidence)
            try container.encode(accuracy, forKey: .accuracy)
            try container.encode(accuracyLow, forKey: .accuracyLow)
            try container.encode(accuracyHigh, forKey: .accuracyHigh)
        }
    }

    /// Bins of equal width from 0 to 1.
    public let bins: [Bin]
    /// The mean absolute difference between confidence and accuracy.
    public let expectedCalibrationError: Double

    /// Bins predictions.
    ///
    /// - Parameters:
    ///   - confidence: the probability of the predicted class, from 0 to 1, one per image.
    ///   - correct: whether the prediction was right, one per image.
    ///   - bins: the number of bins.
    public init(confidence: [Float], correct: [Bool], bins: Int = 10) {
        precondition(confidence.count == correct.count, "each image has one confidence and one outcome")
        var counts = Array(repeating: 0, count: bins)
        var confidences = Array(repeating: 0.0, count: bins)
        var right = Array(repeating: 0, count: bins)
        for (value, isRight) in zip(confidence, correct) {
            let bin = min(bins - 1, max(0, Int((Double(value) * Double(bins)).rounded(.up)) - 1))
            counts[bin] += 1
            confidences[bin] += Double(value)
            right[bin] += isRight ? 1 : 0
        }
        self.bins = (0..<bins).map { bin in
            let count = counts[bin]
            let share = count == 0 ? nil : Proportion(correct: right[bin], of: count)
            return Bin(
                low: Double(bin) / Double(bins), high: Double(bin + 1) / Double(bins), count: count,
                confidence: count == 0 ? nil : confidences[bin] / Double(count),
                accuracy: share?.accuracy, accuracyLow: share?.low, accuracyHigh: share?.high)
        }
        let distances = (0..<bins).map { (confidences[$0] - Double(right[$0])).magnitude }
        expectedCalibrationError = distances.reduce(0, +) / Double(max(1, confidence.count))
    }
}
