import Foundation

extension Sequential {
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
    /// - Returns: what was measured, before a resumption as well.
    /// - Throws: ``TrainingError`` for data that does not fit the model or a loss that is no number,
    ///   ``TrainingInterrupted``, ``CheckpointError`` and ``FileError`` for checkpoints, ``EngineError``, and
    ///   what callbacks throw.
    @discardableResult
    public func fit(
        _ train: ImageDataset, validation: ImageDataset? = nil, validationSplit: Double = 0,
        batchSize: Int = 32, epochs: Int = 1, initialEpoch: Int? = nil, stepsPerEpoch: Int? = nil,
        augmentation: ImageDataGenerator? = nil, shuffle: Bool = true, callbacks: [any Callback] = [],
        checkpoints: Checkpoints? = nil, interruption: Interruption? = nil
    ) throws -> History {
        guard let optimizer else { throw TrainingError.notCompiled }
        try checkPixels(train, "training")
        if let validation { try checkPixels(validation, "validation") }
        let (train, validation) = try split(train, validation, validationSplit)
        try check(train, "training")
        if let validation { try check(validation, "validation") }
        try checkPositive("batchSize", batchSize)
        try checkPositive("epochs", epochs)
        try stepsPerEpoch.map { try checkPositive("stepsPerEpoch", $0) }
        let firstEpoch = initialEpoch ?? 0
        guard 0...epochs ~= firstEpoch else {
            throw TrainingError.invalid(
                argument: "initialEpoch", value: "\(firstEpoch)",
                allowed: "a number from 0 to \(epochs), the number of epochs")
        }

        var source = BatchSource(
            train, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch, augmentation: augmentation,
            shuffle: shuffle, seed: seed)
        let (batchSize, steps) = (source.order.batchSize, source.order.stepsPerEpoch)
        let callbacks = CallbackList(callbacks)
        var progress = TrainingProgress()
        progress.epoch = firstEpoch
        progress.before = Drawn(passes: initialEpoch == nil ? drawn.passes : 0, steps: drawn.steps)
        var history = History()

        // The first plan decides how parameters lie in memory, wherever the training goes on.
        _ = try plan(batch: batchSize, training: true)
        stopTraining = false
        let settings =
            try checkpoints.map { _ in
                try self.settings(
                    of: optimizer, train: train, validation: validation, batchSize: batchSize,
                    steps: steps, augmentation: augmentation, shuffle: shuffle)
            } ?? [:]
        let resumed = try checkpoints?.begin()
        var saved = resumed?.file
        if let (file, checkpoint) = resumed {
            try check(
                checkpoint, file: file, settings: settings, steps: steps, epochs: epochs, callbacks: callbacks
            )
            try restore(checkpoint, file: file, optimizer: optimizer)
            (progress, history) = (checkpoint.progress, checkpoint.history)
        }
        source.order.firstPass = progress.before?.passes ?? 0
        drawn.steps = progress.before?.steps ?? 0
        func restoreCallbacks() throws {
            guard let checkpoint = resumed?.checkpoint else { return }
            try callbacks.restore(checkpoint.callbacks)
            // What a callback has changed while it took up its work.
            restoreCourse(checkpoint)
        }
        func save() throws {
            guard let checkpoints else { return }
            let checkpoint = try checkpoint(
                progress, history, settings, optimizer, callbacks, steps: steps, previous: saved)
            saved = try checkpoints.save(checkpoint, keeping: saved)
        }
        func interrupted(_ signal: Int32) -> TrainingInterrupted {
            TrainingInterrupted(
                signal: signal, epoch: progress.epoch + 1, step: progress.step, steps: steps,
                checkpoint: saved)
        }

        // From here on whoever resumes finds this training, and not an older one.
        if resumed == nil { try save() }

        let run = TrainingRun(
            model: self, epochs: epochs, steps: steps, batchSize: batchSize, firstEpoch: progress.epoch)
        try callbacks.onTrainBegin(run)
        try restoreCallbacks()
        while progress.epoch < epochs, !stopTraining || progress.step > 0 {
            let epoch = progress.epoch
            try callbacks.onEpochBegin(epoch, run)
            if progress.step > 0 { try restoreCallbacks() }
            let start = DispatchTime.now()
            let before = progress.seconds
            func measureTime() {
                let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
                progress.seconds = before + Double(nanoseconds) / 1e9
            }
            func endIfInterrupted() throws {
                guard let signal = interruption?.signal else { return }
                measureTime()
                try save()
                throw interrupted(signal)
            }
            for step in progress.step..<steps where step == 0 || !stopTraining {
                let batch = source.batch(epoch: epoch, step: step)
                drawn.passes = max(drawn.passes, batch.pass + 1)
                let score = try TrainingStep(
                    model: self, optimizer: optimizer, epoch: epoch + 1, number: step + 1, checkpoint: saved,
                    terminatesOnNaN: callbacks.terminatesOnNaN
                ).run(batch)
                progress.add(score, metrics)
                progress.step = step + 1
                try callbacks.onBatchEnd(step, progress.logs, run)
                try endIfInterrupted()
            }
            var logs = progress.logs
            logs["learning_rate"] = learningRate
            if let validation {
                let evaluation = try evaluate(validation, batchSize: batchSize) { batch in
                    try callbacks.onTestBatchEnd(batch, run)
                    try endIfInterrupted()
                }
                guard evaluation.loss.isFinite || callbacks.terminatesOnNaN else {
                    throw TrainingError.validationLossNotFinite(
                        loss: evaluation.loss, epoch: epoch + 1, step: progress.step,
                        learningRate: learningRate, checkpoint: saved)
                }
                logs["val_loss"] = evaluation.loss
                logs["val_accuracy"] = evaluation.accuracy
                for (name, value) in evaluation.metrics ?? [:] { logs["val_\(name)"] = value }
            }
            measureTime()
            history.append(logs, seconds: progress.seconds)
            try callbacks.onEpochEnd(epoch, logs, run)
            progress.endEpoch()
            try save()
            if let signal = interruption?.signal { throw interrupted(signal) }
        }
        try callbacks.onTrainEnd(run)
        return history
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
