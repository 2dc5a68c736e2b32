import BigEggs

/// Whether a confidence of 0.8 means that 8 of 10 are right.
///
/// The images are put into bins by confidence; a calibrated network has, in every bin, an accuracy equal
/// to the mean confidence. The expected calibration error is the mean distance of the two, weighted by
/// the number of images: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
/// ICML 2017.
public struct Calibration: Sendable, Codable, Equatable {
    /// The images whose confidence is above `low` and not above `high`.
    public struct Bin: Sendable, Codable, Equatable {
        /// The lower bound, itself not in the bin (0 is in the first).
        public let low: Double
        /// The upper bound, itself in the bin.
        public let high: Double
        /// How many images.
        public let count: Int
        /// Their mean confidence; nil in an empty bin.
        public let confidence: Double?
        /// The share of them that was predicted right; nil in an empty bin.
        public let accuracy: Double?
        /// The lower end of that share's 95 % interval, Wilson's; nil in an empty bin.
        public let accuracyLow: Double?
        /// The upper end; nil in an empty bin.
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
    /// The mean distance between confidence and accuracy.
    public let expectedCalibrationError: Double

    /// Bins predictions.
    ///
    /// - Parameters:
    ///   - confidence: the probability that the network gave its prediction, from 0 to 1, one an image.
    ///   - correct: whether the prediction was right, one an image.
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
