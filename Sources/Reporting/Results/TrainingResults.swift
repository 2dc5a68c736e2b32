import BigEggs
public import MessagePassing

/// Everything that is recorded about a training.
public struct TrainingResults: Encodable {
    /// One layer of the network.
    public struct Layer: Encodable {
        let name: String
        let kind: String
        let outputShape: [Int]
        let parameters: Int
        let activation: String?
    }

    /// Loss and accuracy over a number of images.
    public struct Measured: Encodable, Sendable {
        /// The mean loss.
        public let loss: Double
        /// The share of images predicted right.
        public let accuracy: Double
        /// How many images.
        public let images: Int

        init(_ evaluation: Evaluation) {
            loss = evaluation.loss
            accuracy = evaluation.accuracy
            images = evaluation.images
        }
    }

    /// The network, layer by layer.
    public let layers: [Layer]
    /// The number of parameters, trained or not.
    public let parameterCount: Int
    /// One list per metric, one value per epoch.
    public let history: [String: [Double]]
    /// The epoch with the lowest validation loss; the first is 1. Its weights were kept if early stopping restored them.
    public let bestEpoch: Int
    /// The epoch after which training was stopped; nil if it ran to its limit.
    public let stoppedEpoch: Int?
    /// How many epochs were run.
    public let epochsRun: Int
    /// The maximum number of epochs.
    public let epochLimit: Int
    /// The first epoch that only improved the fit to the training images; see ``Overfitting``.
    public let overfitsFrom: Int?
    /// Loss and accuracy of the kept weights on the test images, or on the held-out images if there are any.
    public let evaluation: Measured
    /// Loss and accuracy of the kept weights on the training images, without augmentation.
    public let finalTrain: Measured
    /// Loss and accuracy of the last epoch's weights on the same images as ``evaluation``.
    public let finalEpoch: [String: Double]
    /// The early-stopping and plateau callbacks of the training.
    public let callbacks: [CallbackDescription]
    /// How long training took, validation included.
    public let trainingSeconds: Double
    /// Training images per second; the time includes validation.
    public let imagesPerSecond: Double
    /// The file of the kept weights.
    public let weights: WeightsFile
    /// The process's peak memory.
    public let peakMemoryBytes: Int
    /// The training's trace, which has a file of its own beside the record.
    let trace: RecordedTrace

    /// Evaluates a trained network on its training and test images.
    ///
    /// - Parameters:
    ///   - model: the network, with the kept weights.
    ///   - history: what `fit` returned.
    ///   - epochs: the maximum number of epochs.
    ///   - batchSize: images per step.
    ///   - callbacks: the callbacks of the training.
    ///   - train: the training images.
    ///   - test: the images used for validation.
    ///   - weights: the file of the weights.
    ///   - communicator: the processes that trained it together.
    /// - Throws: what `evaluate` throws.
    public init(
        of model: Model, history: History, epochs: Int, batchSize: Int, callbacks: [any Callback],
        trainedOn train: ImageDataset, validatedOn test: ImageDataset, weights: WeightsFile,
        communicator: Communicator = .alone
    ) throws {
        let (loss, validationLoss) = (history["loss"], history["val_loss"])
        let best = validationLoss.indices.min { validationLoss[$0] < validationLoss[$1] } ?? 0
        layers = model.summary.map {
            Layer(
                name: $0.name, kind: $0.kind, outputShape: $0.outputShape, parameters: $0.parameterCount,
                activation: $0.activation)
        }
        parameterCount = model.parameterCount
        self.history = history.columns
        bestEpoch = best + 1
        epochsRun = history.epochs
        epochLimit = epochs
        stoppedEpoch = callbacks.compactMap { ($0 as? EarlyStopping)?.stoppedEpoch }.min().map { $0 + 1 }
        overfitsFrom = Overfitting.firstEpoch(loss: loss, validationLoss: validationLoss)
        finalEpoch = ["val_loss", "val_accuracy"].reduce(into: [:]) { $0[$1] = history[$1].last }
        self.callbacks = callbacks.compactMap(CallbackDescription.init)
        trainingSeconds = history.seconds.reduce(0, +)
        imagesPerSecond = Double(train.count * history.epochs) / max(trainingSeconds, .leastNonzeroMagnitude)
        self.weights = weights
        evaluation = Measured(
            try model.evaluate(test, batchSize: batchSize, communicator: communicator))
        finalTrain = Measured(
            try model.evaluate(train, batchSize: batchSize, communicator: communicator))
        peakMemoryBytes = Machine.peakMemoryBytes
        trace = RecordedTrace(
            engine: model.engineDescription, kept: try model.digest(), trace: history.trace)
    }

    /// How the training ended, in words.
    public var sentence: String {
        let end =
            epochsRun == epochLimit
            ? "Training ran to its limit of \(epochLimit) \(epochLimit == 1 ? "epoch" : "epochs")"
            : "Training stopped early, after \(epochsRun) of at most \(epochLimit) epochs"
        let overfitting =
            overfitsFrom.map { "From epoch \($0) on the network overfits." }
            ?? "It did not go on long enough after that to overfit."
        return "\(end); the lowest validation loss was that of epoch \(bestEpoch). \(overfitting)"
    }

    enum CodingKeys: String, CodingKey {
        case layers, parameterCount, history, bestEpoch, stoppedEpoch, epochsRun, epochLimit, overfitsFrom
        case evaluation, finalTrain, finalEpoch, callbacks, trainingSeconds, imagesPerSecond, weights
        case peakMemoryBytes
    }

    /// Writes missing values as null, so that every record has the same keys.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(layers, forKey: .layers)
        try container.encode(parameterCount, forKey: .parameterCount)
        try container.encode(history, forKey: .history)
        try container.encode(bestEpoch, forKey: .bestEpoch)
        try container.encode(stoppedEpoch, forKey: .stoppedEpoch)
        try container.encode(epochsRun, forKey: .epochsRun)
        try container.encode(epochLimit, forKey: .epochLimit)
        try container.encode(overfitsFrom, forKey: .overfitsFrom)
        try container.encode(evaluation, forKey: .evaluation)
        try container.encode(finalTrain, forKey: .finalTrain)
        try container.encode(finalEpoch, forKey: .finalEpoch)
        try container.encode(callbacks, forKey: .callbacks)
        try container.encode(trainingSeconds, forKey: .trainingSeconds)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(weights, forKey: .weights)
        try container.encode(peakMemoryBytes, forKey: .peakMemoryBytes)
    }
}
