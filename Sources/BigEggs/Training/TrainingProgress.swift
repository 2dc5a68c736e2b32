/// How far a training has come, with the sums of the current epoch; a checkpoint stores it.
public struct TrainingProgress: Codable, Sendable, Equatable {
    /// The number of finished epochs, which is the index of the current one.
    public internal(set) var epoch = 0
    /// Finished steps of the current epoch. The count returns to 0 only after the epoch's validation.
    public internal(set) var step = 0
    /// The optimizer's step count, over all epochs.
    public internal(set) var optimizerStep = 0
    /// The current learning rate.
    public internal(set) var learningRate = 0.0
    /// Whether a callback has ended the training.
    public internal(set) var isStopped = false
    /// The random draws of the model's earlier trainings.
    var before = Drawn()

    /// The sum of the losses of the epoch's images so far.
    var loss = 0.0
    /// The number of images classified correctly so far.
    var right = 0
    /// For each of the model's metrics, by name, the number of images so far that the metric counts as right.
    var counted: [String: Int] = [:]
    /// The number of images so far.
    var images = 0
    /// The wall time of the epoch so far.
    var seconds = 0.0
    /// The mean loss of each step.
    var losses: [Double] = []

    /// The running means of the model's metrics.
    var means: [String: Double] { counted.mapValues { Double($0) / Double(images) } }

    /// The running means of loss, accuracy and the model's metrics.
    var logs: [String: Double] {
        means.merging(["loss": loss / Double(images), "accuracy": Double(right) / Double(images)]) { $1 }
    }

    /// Adds the sums of a batch; `score.amongTopK` has one count for each of `metrics`.
    mutating func add(_ score: BatchScore, _ metrics: [SparseTopKCategoricalAccuracy]) {
        loss += score.loss
        right += score.right
        images += score.images
        losses.append(score.loss / Double(score.images))
        for (metric, count) in zip(metrics, score.amongTopK) { counted[metric.name, default: 0] += count }
    }

    /// Moves on to the next epoch.
    mutating func endEpoch() {
        epoch += 1
        step = 0
        (loss, right, images, seconds) = (0, 0, 0, 0)
        counted = [:]
        losses = []
    }
}
