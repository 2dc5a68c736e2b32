import Foundation

extension Sequential {
    /// Trains the model.
    ///
    /// Steps and their order are Keras's: the last batch of an epoch may be smaller, and the reported
    /// loss and accuracy are means over the epoch's images while the weights move.
    ///
    /// - Parameters:
    ///   - train: images of the model's input shape; `train.rescaled()` to have them in [0, 1].
    ///   - validation: evaluated after each epoch.
    ///   - batchSize: images a step.
    ///   - epochs: how often to go through all images.
    ///   - augmentation: transforms every image anew in every epoch.
    ///   - shuffle: whether each epoch takes the images in an order of its own.
    ///   - callbacks: told of what happens, in their order.
    /// - Returns: what was measured.
    /// - Throws: ``TrainingError`` for data that does not fit the model or a loss that is no number,
    ///   ``EngineError``, and what callbacks throw.
    @discardableResult
    public func fit(
        _ train: ImageDataset, validation: ImageDataset? = nil, batchSize: Int = 32, epochs: Int = 1,
        augmentation: ImageDataGenerator? = nil, shuffle: Bool = true, callbacks: [any Callback] = []
    ) throws -> History {
        guard let optimizer else { throw TrainingError.notCompiled }
        try check(train, "training")
        if let validation { try check(validation, "validation") }
        try checkPositive("batchSize", batchSize)
        try checkPositive("epochs", epochs)

        let batchSize = min(batchSize, train.count)
        let steps = (train.count + batchSize - 1) / batchSize
        let gathering = BatchGathering(dataset: train, augmentation: augmentation, seed: seed)
        let shuffling = Philox(seed: seed, purpose: .shuffle)
        var history = History()
        var labels = [Int32](repeating: 0, count: batchSize)
        let run = TrainingRun(model: self, epochs: epochs, steps: steps, batchSize: batchSize)

        stopTraining = false
        for callback in callbacks { try callback.onTrainBegin(run) }
        var epoch = 0
        while epoch < epochs, !stopTraining {
            for callback in callbacks { try callback.onEpochBegin(epoch, run) }
            let start = DispatchTime.now()
            let order =
                shuffle
                ? shuffling.permutation(of: train.count, stream: UInt32(truncatingIfNeeded: epoch))
                : (0..<Int32(train.count)).map { $0 }
            var total = (loss: 0.0, right: 0, images: 0)
            for step in 0..<steps {
                let range = step * batchSize..<min((step + 1) * batchSize, train.count)
                for item in 0..<range.count {
                    labels[item] = train.labels.values[Int(order[range.lowerBound + item])]
                }
                let plan = try plan(batch: range.count, training: true)
                guard let input = plan.input, let logits = plan.logits else { continue }
                gathering.gather(order, range, epoch: epoch, into: input)
                let context = StepContext(step: optimizer.step, training: true)
                plan.forward(context)
                let result = SoftmaxCrossentropy.evaluate(
                    logits, labels: labels, count: range.count, classes: classes)
                guard result.loss.isFinite else {
                    throw TrainingError.lossNotFinite(
                        loss: result.loss, epoch: epoch + 1, step: step + 1, learningRate: learningRate)
                }
                plan.backward(labels: labels, context)
                optimizer.apply(to: store, learningRate: learningRate)
                total.loss += result.loss
                total.right += result.right
                total.images += range.count
                let logs = [
                    "loss": total.loss / Double(total.images),
                    "accuracy": Double(total.right) / Double(total.images),
                ]
                for callback in callbacks { try callback.onBatchEnd(step, logs, run) }
            }
            var logs = [
                "loss": total.loss / Double(total.images),
                "accuracy": Double(total.right) / Double(total.images),
                "learning_rate": learningRate,
            ]
            if let validation {
                let evaluation = try evaluate(validation, batchSize: batchSize)
                logs["val_loss"] = evaluation.loss
                logs["val_accuracy"] = evaluation.accuracy
            }
            let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
            history.append(logs, seconds: Double(nanoseconds) / 1e9)
            for callback in callbacks { try callback.onEpochEnd(epoch, logs, run) }
            epoch += 1
        }
        for callback in callbacks { try callback.onTrainEnd(run) }
        return history
    }

    /// Loss and accuracy on a data set, in inference mode.
    ///
    /// - Throws: ``TrainingError`` for data that does not fit the model, ``EngineError``.
    public func evaluate(_ dataset: ImageDataset, batchSize: Int = 128) throws -> Evaluation {
        guard endsInSoftmax else { throw TrainingError.noSoftmax }
        try check(dataset, "evaluation")
        let start = DispatchTime.now()
        var loss = 0.0
        var right = 0
        try forEachBatch(of: dataset, batchSize: batchSize) { range, logits in
            let labels = Array(dataset.labels.values[range])
            let result = SoftmaxCrossentropy.evaluate(
                logits, labels: labels, count: range.count, classes: classes)
            loss += result.loss
            right += result.right
        }
        let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
        return Evaluation(
            loss: loss / Double(dataset.count), accuracy: Double(right) / Double(dataset.count),
            images: dataset.count, seconds: Double(nanoseconds) / 1e9)
    }

    /// The probability of every class for every image.
    ///
    /// - Throws: ``TrainingError`` for data that does not fit the model, ``EngineError``.
    public func predict(_ dataset: ImageDataset, batchSize: Int = 128) throws -> Predictions {
        try check(dataset, "prediction", labelled: false)
        var probabilities = [Float]()
        probabilities.reserveCapacity(dataset.count * classes)
        try forEachBatch(of: dataset, batchSize: batchSize) { range, logits in
            if endsInSoftmax {
                SoftmaxCrossentropy.probabilities(logits, count: range.count, classes: classes)
            }
            probabilities += UnsafeBufferPointer(start: logits, count: range.count * classes)
        }
        return Predictions(probabilities: probabilities, classes: classes)
    }

    private func forEachBatch(
        of dataset: ImageDataset, batchSize: Int, _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) throws {
        try checkPositive("batchSize", batchSize)
        let gathering = BatchGathering(dataset: dataset, augmentation: nil, seed: seed)
        let order = (0..<Int32(dataset.count)).map { $0 }
        for start in stride(from: 0, to: dataset.count, by: batchSize) {
            let range = start..<min(start + batchSize, dataset.count)
            let plan = try plan(batch: range.count, training: false)
            guard let input = plan.input, let logits = plan.logits else { continue }
            gathering.gather(order, range, epoch: 0, into: input)
            plan.forward(StepContext(step: 0, training: false))
            body(range, logits)
        }
    }

    func check(_ dataset: ImageDataset, _ purpose: String, labelled: Bool = true) throws {
        guard dataset.count > 0 else { throw TrainingError.noImages(purpose) }
        let flattens = inputShape == [dataset.bytesPerImage]
        guard dataset.imageShape == inputShape || flattens else {
            throw TrainingError.inputShape(found: dataset.imageShape, expected: inputShape)
        }
        guard !labelled || dataset.classNames.count <= classes else {
            throw TrainingError.tooManyClasses(dataset: dataset.classNames.count, outputs: classes)
        }
    }

    func checkPositive(_ argument: String, _ value: Int) throws {
        guard value > 0 else {
            throw TrainingError.invalid(argument: argument, value: "\(value)", allowed: "1 or more")
        }
    }
}
