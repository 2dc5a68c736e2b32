extension Sequential {
    /// What decides about the bits of a training's result, beside what a checkpoint holds itself.
    ///
    /// Whatever is added to `fit`, `compile` or the engine that changes a bit belongs here.
    func settings(
        of optimizer: OptimizerState, train: ImageDataset, validation: ImageDataset?, batchSize: Int,
        steps: Int, augmentation: ImageDataGenerator?, shuffle: Bool
    ) throws -> [String: String] {
        var settings = [
            "optimizer": "\(optimizer.optimizer)",
            "loss": "\(loss)",
            "metrics": "\(metrics.map { "\($0.name) of \($0.k)" })",
            "training data": try train.fingerprint,
            "validation data": try validation?.fingerprint ?? "none",
            "batch size": "\(batchSize)",
            "steps an epoch": "\(steps)",
            "augmentation": augmentation.map { "\($0)" } ?? "none",
            "shuffle": "\(shuffle)",
            "seed": "\(seed)",
            "threads": "\(threads)",
            "precision": precision.rawValue,
            "instruction set": Machine.instructionSet,
            "oneDNN": DNNL.version,
            "Winograd": allowsWinograd ? "allowed" : "not allowed",
            "input shape": "\(inputShape)",
        ]
        for (number, layer) in resolved.enumerated() {
            settings["layer \(number + 1)"] = "\(layer.name), \(layer.layer)"
        }
        return settings
    }

    /// The training as it is now.
    ///
    /// - Throws: ``TrainingError/weightNotFinite(tensor:epoch:step:learningRate:checkpoint:)``: no such
    ///   training is worth going on with. `previous` is the checkpoint that the error names.
    func checkpoint(
        _ progress: TrainingProgress, _ history: History, _ settings: [String: String],
        _ optimizer: OptimizerState, _ callbacks: CallbackList, steps: Int, previous: String?
    ) throws -> Checkpoint {
        let weights = try weights()
        if let bad = weights.first(where: { !$0.isFinite }) {
            let isEpochOver = progress.step == 0
            throw TrainingError.weightNotFinite(
                tensor: bad.name, epoch: progress.epoch + (isEpochOver ? 0 : 1),
                step: isEpochOver ? steps : progress.step, learningRate: learningRate, checkpoint: previous)
        }
        var progress = progress
        progress.optimizerStep = optimizer.step
        progress.learningRate = learningRate
        progress.isStopped = stopTraining
        func moments(_ flat: AlignedMemory?) throws -> [NamedTensor] {
            guard let flat else { return [] }
            return try store.entries.enumerated().map { number, entry in
                NamedTensor(
                    name: entry.specification.name, shape: entry.specification.shape,
                    values: try store.read(number, from: flat))
            }
        }
        return Checkpoint(
            progress: progress, history: history, settings: settings, weights: weights,
            firstMoments: try moments(optimizer.first), secondMoments: try moments(optimizer.second),
            callbacks: callbacks.states)
    }

    /// Checks that a checkpoint belongs to the training that begins.
    ///
    /// - Throws: ``CheckpointError``.
    func check(
        _ checkpoint: Checkpoint, file: String, settings: [String: String], steps: Int, epochs: Int,
        callbacks: CallbackList
    ) throws {
        let differences =
            Checkpoint.differences(from: checkpoint.settings, to: settings)
            + callbacks.differences(from: checkpoint.callbacks)
        guard differences.isEmpty else {
            throw CheckpointError.otherSettings(file: file, differences: differences)
        }
        let progress = checkpoint.progress
        guard progress.epoch >= 0, 0...steps ~= progress.step, progress.optimizerStep >= 0 else {
            throw CheckpointError.damaged(file: file)
        }
        let begun = progress.epoch + (progress.step > 0 ? 1 : 0)
        guard epochs >= begun else {
            throw CheckpointError.fewerEpochs(file: file, trained: begun, epochs: epochs)
        }
    }

    /// Takes over weights, moments and the count of steps. A plan must exist: it decides on the layouts.
    func restore(_ checkpoint: Checkpoint, file: String, optimizer: OptimizerState) throws {
        try setWeights(checkpoint.weights, source: file)
        func memory(_ tensors: [NamedTensor]) throws -> AlignedMemory? {
            guard !tensors.isEmpty else { return nil }
            let memory = AlignedMemory(bytes: store.elementCount * 4)
            for (number, entry) in store.entries.enumerated() {
                guard let tensor = tensors.first(where: { $0.name == entry.specification.name }),
                    tensor.shape == entry.specification.shape
                else { throw CheckpointError.damaged(file: file) }
                try store.write(tensor.values, to: number, of: memory)
            }
            return memory
        }
        (optimizer.first, optimizer.second) = (
            try memory(checkpoint.firstMoments), try memory(checkpoint.secondMoments)
        )
        optimizer.step = checkpoint.progress.optimizerStep
        restoreCourse(checkpoint)
    }

    /// Takes over what callbacks may change.
    func restoreCourse(_ checkpoint: Checkpoint) {
        let rate = checkpoint.progress.learningRate
        if learningRate != rate { learningRate = rate }
        stopTraining = checkpoint.progress.isStopped
    }
}

extension ImageDataset {
    /// The number of images, and a SHA-256 over everything that a training sees of them.
    var fingerprint: String {
        get throws {
            let digest = try Digest(.sha256)
            images.withUnsafeBytes { digest.update($0) }
            labels.values.withUnsafeBytes { digest.update($0) }
            Array("\(imageShape) \(rescale)".utf8).withUnsafeBytes { digest.update($0) }
            return "\(count) images (\(digest.finish().prefix(16)))"
        }
    }
}
