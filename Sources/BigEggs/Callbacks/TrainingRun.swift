/// What a callback sees of the training that it takes part in.
public struct TrainingRun {
    /// The model that is trained.
    public let model: Model
    /// The most epochs that the training may take.
    public let epochs: Int
    /// Steps an epoch.
    public let steps: Int
    /// Images a step; the last may have fewer.
    public let batchSize: Int
    /// The epoch that the training starts with, from 0; more where it is resumed from a checkpoint.
    public let firstEpoch: Int
    /// How many processes train it together.
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
