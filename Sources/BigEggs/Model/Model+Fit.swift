public import MessagePassing

extension Model {
    /// Trains the model.
    ///
    /// As in Keras, the last batch of a pass through the images may be smaller. The reported loss and
    /// accuracy are means over the epoch's images, measured while the weights change.
    ///
    /// Each call draws new orders, augmentations and dropout masks, so four calls of one epoch are the same as one
    /// call of four epochs. A model with the same seed repeats all draws. With `initialEpoch`, orders and
    /// augmentations are those of the given epochs.
    ///
    /// - Parameters:
    ///   - train: images of the model's input shape; `train.rescaled()` scales them to [0, 1].
    ///   - validation: evaluated after each epoch.
    ///   - validationSplit: the share of `train`, taken from its end, that is used for validation and not for training.
    ///   - batchSize: images per step.
    ///   - epochs: the number of epochs; with `initialEpoch`, the number of the last epoch, counted from 1.
    ///   - initialEpoch: the first epoch, counted from 0, if an earlier `fit` trained the epochs before it. If `nil`,
    ///     the first epoch is 0, and random draws continue from the model's last training.
    ///   - stepsPerEpoch: the number of steps in an epoch; the next epoch continues with the images that
    ///     follow. If `nil`, an epoch is one pass through all images.
    ///   - augmentation: transforms every image anew in every pass.
    ///   - shuffle: whether each pass takes the images in a new order.
    ///   - callbacks: called in order.
    ///   - checkpoints: where checkpoints are saved and resumed from. They are saved at the beginning, after
    ///     every epoch and on interruption.
    ///   - interruption: checked after every step and, in a single process, after every batch of the
    ///     validation.
    ///   - communicator: the processes that train together, such as `.world`. Each process computes its share of every
    ///     batch; `batchSize` is the size of the whole batch. Except for rounding, the result is that of one process.
    ///     Only the first process calls callbacks and saves checkpoints.
    ///   - localStatistics: with several processes, whether batch normalization uses the statistics of each process's
    ///     share. This saves messages but changes the result.
    /// - Returns: the history, epochs before a resumption included.
    /// - Throws: ``TrainingError`` for data that does not fit the model or a loss that is not finite,
    ///   ``TrainingInterrupted``, `MessagePassingError`, ``CheckpointError`` and ``FileError`` for checkpoints,
    ///   ``EngineError``, and errors of callbacks.
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
        let source = try BatchSource(
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
        // Rounded as in Keras. The last images in stored order are held back; only the others are shuffled.
        let kept = share > 0 && share < 1 ? Int((Double(train.count) * (1 - share)).rounded(.down)) : 0
        guard kept > 0, kept < train.count else {
            throw TrainingError.invalid(
                argument: "validationSplit", value: "\(share)",
                allowed: "a share between 0 and 1 that leaves some of the \(train.count) images on each side")
        }
        return (train[0..<kept], train[kept..<train.count])
    }
}
