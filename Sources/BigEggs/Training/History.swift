/// The metrics of a training, one value per epoch.
public struct History: Codable, Sendable, Equatable {
    /// The values of each metric, by Keras's names, such as "loss", "val_accuracy" and "learning_rate".
    public private(set) var metrics: [String: [Double]] = [:]
    /// Wall time of each epoch, validation included.
    public private(set) var seconds: [Double] = []
    /// The loss of each step, and a digest of the weights after each epoch.
    public private(set) var trace = TrainingTrace()

    /// An empty history.
    public init() {}

    /// The number of epochs that have ended.
    public var epochs: Int { seconds.count }

    /// The values of one metric, empty if it was not measured.
    public subscript(metric: String) -> [Double] { metrics[metric] ?? [] }

    /// Adds an epoch.
    mutating func append(_ logs: [String: Double], seconds elapsed: Double, trace epoch: TrainingTrace.Epoch)
    {
        for (name, value) in logs { metrics[name, default: []].append(value) }
        seconds.append(elapsed)
        trace.epochs.append(epoch)
    }
}
