/// How far a training has come: where a checkpoint was made, and where it goes on.
public struct TrainingProgress: Codable, Sendable, Equatable {
    /// Epochs that have ended; the number, from 0, of the one that is under way.
    public internal(set) var epoch = 0
    /// Steps of the epoch under way that are done. All of them where only its validation is missing.
    public internal(set) var step = 0
    /// Steps of all epochs, which the optimizer counts.
    public internal(set) var optimizerStep = 0
    /// The step size at present.
    public internal(set) var learningRate = 0.0
    /// Whether a callback has ended the training.
    public internal(set) var isStopped = false
    /// What the model's earlier trainings had drawn.
    var before = Drawn()

    /// Sums over the images of the epoch so far.
    var loss = 0.0
    var right = 0
    /// Images counted by each of the model's metrics.
    var counted: [String: Int] = [:]
    var images = 0
    var seconds = 0.0
    /// The mean loss of each step.
    var losses: [Double] = []

    /// The means of the model's metrics.
    var means: [String: Double] { counted.mapValues { Double($0) / Double(images) } }

    /// The running means.
    var logs: [String: Double] {
        means.merging(["loss": loss / Double(images), "accuracy": Double(right) / Double(images)]) { $1 }
    }

    /// Adds a batch, in which `metrics` counted.
    mutating func add(_ score: BatchScore, _ metrics: [SparseTopKCategoricalAccuracy]) {
        loss += score.loss
        right += score.right
        images += score.images
        losses.append(score.loss / Double(score.images))
        for (metric, count) in zip(metrics, score.amongTopK) { counted[metric.name, default: 0] += count }
    }

    /// Takes up the next epoch.
    mutating func endEpoch() {
        epoch += 1
        step = 0
        (loss, right, images, seconds) = (0, 0, 0, 0)
        counted = [:]
        losses = []
    }
}
