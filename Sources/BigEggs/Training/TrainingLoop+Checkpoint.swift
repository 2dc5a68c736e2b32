import MessagePassing

extension TrainingLoop {
    /// The settings that determine the bits of a training's result, in addition to a checkpoint's own contents.
    ///
    /// Add to these every new option of `fit`, `compile` or the engine that changes a bit of the result.
    func describeSettings() throws -> [String: String] {
        let gathering = source.gathering
        var settings = [
            "optimizer": "\(optimizer.optimizer)",
            "optimizers of groups": "\(optimizer.descriptionOfGroups(model.network.weights))",
            "loss": "\(model.loss)",
            "metrics": "\(model.metrics.map { "\($0.name) of \($0.k)" })",
            "training data": try gathering.dataset.fingerprint,
            "validation data": try validation?.fingerprint ?? "none",
            "batch size": "\(source.batchSize)",
            "steps an epoch": "\(source.stepsPerEpoch)",
            // Default values are left out, so that a setting added by a later version does not count as a difference.
            "augmentation": try gathering.augmentation?.settings.compactText() ?? "none",
            "shuffle": "\(source.order.isShuffled)",
            "seed": "\(model.seed)",
            "precision": model.precision.rawValue,
            "instruction set": Machine.instructionSet,
            "oneDNN": DNNL.version,
            "Winograd": model.allowsWinograd ? "the engine's own" : "none",
            "input shape": "\(model.inputShape)",
        ]
        if team?.usesLocalStatistics == true { settings["statistics"] = "of each process" }
        if let parts = model.fixedParts { settings["fixed parts"] = "\(parts)" }
        for (number, layer) in model.network.layers.enumerated() {
            let inputs = model.network.inputNames(of: layer).joined(separator: ", ")
            settings["layer \(number + 1)"] = "\(layer.name) of \(inputs), \(layer.layer)"
        }
        return settings
    }

    /// Resumes from the newest checkpoint, if there is one and it is to be resumed.
    ///
    /// A plan must exist, since it decides the layouts of the parameters. The callbacks' states are not
    /// restored here but in ``restoreCallbacks()``.
    ///
    /// - Throws: ``CheckpointError``, ``FileError``, ``TrainingError``.
    func resume() throws {
        guard let checkpoints else { return }
        guard let (file, checkpoint) = try checkpoints.begin() else { return }
        try check(checkpoint, file: file)
        try restore(checkpoint, file: file)
        (saved, resumed) = (file, checkpoint)
        (progress, history) = (checkpoint.progress, checkpoint.history)
    }

    /// What must be equal in all processes that train together, in addition to ``settings``.
    var likeness: [String: String] {
        get throws {
            [
                "the program": try Team.programDigest.get(),
                "the parameters' arrangement": try Checksum.sha256(ofText: model.store.arrangement),
                "epochs": "\(progress.epoch) to \(epochs)",
                "learning rate": "\(model.learningRate)",
                "the processor's maker": model.makerOfExactBits,
            ]
        }
    }

    /// Gives the other processes the initial state of the first process.
    func shareState() throws {
        guard let team else { return }
        let shared = try team.communicator.fromFirst {
            SharedState(
                progress: progress, history: history, optimizerStep: optimizer.step,
                learningRate: model.learningRate, drawnPasses: model.drawn.passes,
                drawnSteps: model.drawn.steps)
        }
        if !team.communicator.isFirst {
            (progress, history) = (shared.progress, shared.history)
            optimizer.step = shared.optimizerStep
            if model.learningRate != shared.learningRate { model.learningRate = shared.learningRate }
            model.drawn = Drawn(passes: shared.drawnPasses, steps: shared.drawnSteps)
        }
        try team.broadcastWeights(of: model)
        try team.broadcast(optimizer, bytes: model.store.elementCount * 4)
    }

    /// The first process's initial state, except weights and optimizer state.
    private struct SharedState: Codable {
        let progress: TrainingProgress
        let history: History
        let optimizerStep: Int
        let learningRate: Double
        let drawnPasses, drawnSteps: Int
    }

    /// Restores the callbacks' states, and the learning rate and stop flag, which the callbacks may have
    /// changed in `onTrainBegin` or `onEpochBegin`.
    func restoreCallbacks() throws {
        guard let resumed else { return }
        try callbacks.restore(resumed.callbacks)
        restoreCourse(resumed)
    }

    /// A checkpoint of the training's current state.
    ///
    /// - Throws: ``TrainingError/weightNotFinite(tensor:epoch:step:learningRate:checkpoint:)``: a training with such
    ///   weights is not worth resuming.
    func checkpoint() throws -> Checkpoint {
        let weights = try model.weights()
        if let bad = weights.first(where: { !$0.isFinite }) {
            let isEpochOver = progress.step == 0
            throw TrainingError.weightNotFinite(
                tensor: bad.name, epoch: progress.epoch + (isEpochOver ? 0 : 1),
                step: isEpochOver ? source.stepsPerEpoch : progress.step,
                learningRate: model.learningRate, checkpoint: saved)
        }
        var progress = progress
        progress.optimizerStep = optimizer.step
        progress.learningRate = model.learningRate
        progress.isStopped = model.stopTraining
        return Checkpoint(
            progress: progress, history: history, settings: settings, weights: weights,
            optimizer: try model.optimizerTensors(), callbacks: callbacks.states)
    }

    /// Checks that a checkpoint belongs to this training.
    ///
    /// - Throws: ``CheckpointError``.
    private func check(_ checkpoint: Checkpoint, file: String) throws {
        let differences =
            Checkpoint.differences(from: checkpoint.settings, to: settings)
            + callbacks.differences(from: checkpoint.callbacks)
        guard differences.isEmpty else {
            throw CheckpointError.otherSettings(file: file, differences: differences)
        }
        let progress = checkpoint.progress
        guard progress.epoch >= 0, 0...source.stepsPerEpoch ~= progress.step,
            progress.optimizerStep >= 0
        else { throw CheckpointError.damaged(file: file) }
        let begun = progress.epoch + (progress.step > 0 ? 1 : 0)
        guard epochs >= begun else {
            throw CheckpointError.fewerEpochs(file: file, trained: begun, epochs: epochs)
        }
    }

    /// Restores weights, optimizer state, step count and the values that callbacks may change.
    private func restore(_ checkpoint: Checkpoint, file: String) throws {
        try model.setWeights(checkpoint.weights, source: file)
        do {
            try model.setOptimizerTensors(checkpoint.optimizer, source: file)
        } catch is TrainingError {
            throw CheckpointError.damaged(file: file)
        }
        optimizer.step = checkpoint.progress.optimizerStep
        restoreCourse(checkpoint)
    }

    /// Restores the learning rate and the stop flag, which callbacks may change.
    private func restoreCourse(_ checkpoint: Checkpoint) {
        let rate = checkpoint.progress.learningRate
        if model.learningRate != rate { model.learningRate = rate }
        model.stopTraining = checkpoint.progress.isStopped
    }
}

extension ImageDataset {
    /// The number of images, and 16 digits of a SHA-256 over pixels, labels, shape and scale.
    var fingerprint: String {
        get throws {
            let digest = try Digest(.sha256)
            pixels.forEachPart(digest.update)
            labels.values.withUnsafeBytes { digest.update($0) }
            digest.update("\(imageShape) \(rescale)")
            return "\(count) images (\(digest.finish().prefix(16)))"
        }
    }
}
