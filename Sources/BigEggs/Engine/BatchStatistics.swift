/// The moving mean and variance of a batch normalization: state of the model, no parameter.
///
/// A forward pass in training measures a batch. The moving statistics take it in with ``keep()``, once the step is
/// known to have only finite numbers.
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

    /// Notes a channel's mean over a batch, and its biased variance.
    @inline(__always)
    func measured(channel: Int, mean: Float, variance: Float) {
        batchMean[channel] = mean
        batchVariance[channel] = variance
        isMeasured = true
    }

    /// Whether what was measured last is finite.
    var areFinite: Bool { batchMean.allSatisfy(\.isFinite) && batchVariance.allSatisfy(\.isFinite) }

    /// Takes what was measured last into the moving statistics: Keras's update.
    func keep() {
        guard isMeasured else { return }
        isMeasured = false
        for channel in 0..<channels {
            mean[channel] = mean[channel] * momentum + batchMean[channel] * (1 - momentum)
            variance[channel] = variance[channel] * momentum + batchVariance[channel] * (1 - momentum)
        }
    }
}
