/// A training as callbacks see it.
public struct TrainingRun {
    /// The model that is trained.
    public let model: Model
    /// The number of the last epoch, counted from 1; the training may end earlier.
    public let epochs: Int
    /// Steps per epoch.
    public let steps: Int
    /// Images per step; the last batch of a pass may have fewer.
    public let batchSize: Int
    /// The first epoch of this run, counted from 0. It is above 0 with an `initialEpoch` or if the training was resumed
    /// after an epoch.
    public let firstEpoch: Int
    /// How many processes train the model together.
    public let processes: Int

    package init(
        model: Model, epochs: Int, steps: Int, batchSize: Int, firstEpoch: Int = 0, processes: Int = 1
    ) {
        self.model = model
        self.epochs = epochs
        self.steps = steps
        self.batchSize = batchSize
        self.firstEpoch = firstEpoch
        self.processes = processes
    }
}
