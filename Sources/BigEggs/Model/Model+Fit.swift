public import MessagePassing

extension Model {
    /// Trains the model.
    ///
    /// Steps and their order are Keras's: the last batch of an epoch may be smaller, and the reported
    /// loss and accuracy are means over the epoch's images while the weights move.
    ///
    /// Orders, transformations and masks of dropout are new in every training of a model, so four trainings of
    /// an epoch each are one of four epochs. A model with the same seed repeats them all; with `initialEpoch`
    /// orders and transformations are those of the epochs it names.
    ///
    /// - Parameters:
    ///   - train: images of the model's input shape; `train.rescaled()` to have them in [0, 1].
    ///   - validation: evaluated after each epoch.
    ///   - validationSplit: the share of `train`, from its end, that is held back and evaluated instead.
    ///   - batchSize: images a step.
    ///   - epochs: how often to go through all images; the number of the last epoch, counted from 1.
    ///   - initialEpoch: the first epoch, counted from 0, where an earlier `fit` has done those before. Without
    ///     it the first is 0, and draws go on where the model's last training ended.
    ///   - stepsPerEpoch: how many steps make an epoch, in place of a pass through all images. The next epoch
    ///     goes on where the last one ended.
    ///   - augmentation: transforms every image anew in every epoch.
    ///   - shuffle: whether each epoch takes the images in an order of its own.
    ///   - callbacks: told of what happens, in their order.
    ///   - checkpoints: where the training saves itself after every epoch and when it is interrupted, and
    ///     where it is resumed from.
    ///   - interruption: looked at after every step.
    ///   - communicator: the processes that train together, such as `.world`. Each computes its share of every batch, of
    ///     `batchSize` images in all, and the training is that of one process but for roundings. The first process
    ///     alone tells callbacks and saves checkpoints.
    ///   - localStatistics: whether batch normalization then takes the statistics of each process's share, which spares
    ///     messages and makes another training of it.
    /// - Returns: what was measured, before a resumption as well.
    /// - Throws: ``TrainingError`` for data that does not fit the model or a loss that is no number,
    ///   ``TrainingInterrupted``, `MessagePassingError`, ``CheckpointError`` and ``FileError`` for checkpoints, ``EngineError``, and
    ///   what callbacks throw.
    @discardableResult
    public func fit(
        _ train: ImageDataset, validation: ImageDataset? = nil, validationSplit: Double = 0,
        batchSize: Int = 32, epochs: Int = 1, initialEpoch: Int? = nil, stepsPerEpoch: Int? = nil,
        augmentation: ImageDataGenerator? = nil, shuffle: Bool = true, callbacks: [any Callback] = [],
        checkpoints: Checkpoints? = nil, interruption: Interruption? = nil,
        communicator: Communicator? = nil, localStatistics: Bool = false
    ) throws -> History {
        guard let optimizer else { throw TrainingError.notCompiled }
        try checkPixels(train, "training")
        if let validation { try checkPixels(validation, "validation") }
        let (train, validation) = try split(train, validation, validationSplit)
        try check(train, "training")
        if let validation { try check(validation, "validation") }
        try checkPositive("batchSize", batchSize)
        try checkPositive("epochs", epochs)
        if let stepsPerEpoch { try checkPositive("stepsPerEpoch", stepsPerEpoch) }
        guard 0...epochs ~= initialEpoch ?? 0 else {
            throw TrainingError.invalid(
                argument: "initialEpoch", value: "\(initialEpoch ?? 0)",
                allowed: "a number from 0 to \(epochs), the number of epochs")
        }
        let source = BatchSource(
            train, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch, augmentation: augmentation,
            shuffle: shuffle, seed: seed)
        return try TrainingLoop(
            self, optimizer, source: source, validation: validation, initialEpoch: initialEpoch,
            epochs: epochs, callbacks: callbacks, checkpoints: checkpoints, interruption: interruption,
            team: Team(communicator ?? .ofTrainings, usesLocalStatistics: localStatistics)
        ).run()
    }

    /// The images to train on and those to validate on.
    private func split(
        _ train: ImageDataset, _ validation: ImageDataset?, _ share: Double
    ) throws -> (train: ImageDataset, validation: ImageDataset?) {
        guard share != 0 else { return (train, validation) }
        guard validation == nil else {
            throw TrainingError.invalid(
                argument: "validationSplit", value: "\(share)",
                allowed: "either a share of the training images or a validation data set, not both")
        }
        // As Keras rounds; what is held back are the last images as they lie, before any shuffling.
        let kept = share > 0 && share < 1 ? Int((Double(train.count) * (1 - share)).rounded(.down)) : 0
        guard kept > 0, kept < train.count else {
            throw TrainingError.invalid(
                argument: "validationSplit", value: "\(share)",
                allowed: "a share between 0 and 1 that leaves some of the \(train.count) images on each side")
        }
        return (train[0..<kept], train[kept..<train.count])
    }
}
