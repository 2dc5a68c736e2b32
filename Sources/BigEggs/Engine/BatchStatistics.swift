/// The moving mean and variance of a batch normalization: model state, not parameters.
///
/// A forward pass in training measures a batch. Once all numbers of the step are known to be finite,
/// ``keep()`` adds the result to the moving statistics.
final class BatchStatistics {
    let channels: Int
    let momentum: Float
    let epsilon: Float
    var mean: [Float]
    var variance: [Float]
    private var batchMean: [Float]
    private var batchVariance: [Float]
    private var isMeasured = false

    init(channels: Int, momentum: Float, epsilon: Float) {
        self.channels = channels
        self.momentum = momentum
        self.epsilon = epsilon
        mean = Array(repeating: 0, count: channels)
        variance = Array(repeating: 1, count: channels)
        (batchMean, batchVariance) = (mean, mean)
    }

    /// Records the mean and the biased variance of a channel over a batch.
    @inline(__always)
    func measured(channel: Int, mean: Float, variance: Float) {
        batchMean[channel] = mean
        batchVariance[channel] = variance
        isMeasured = true
    }

    /// Whether the last measured mean and variance are finite.
    var areFinite: Bool { batchMean.allSatisfy(\.isFinite) && batchVariance.allSatisfy(\.isFinite) }

    /// Adds the last measured mean and variance to the moving statistics, as Keras does.
    func keep() {
        guard isMeasured else { return }
        isMeasured = false
        for channel in 0..<channels {
            mean[channel] = mean[channel] * momentum + batchMean[channel] * (1 - momentum)
            variance[channel] = variance[channel] * momentum + batchVariance[channel] * (1 - momentum)
        }
    }
}
