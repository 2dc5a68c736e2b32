extension Model {
    /// One training step on a whole data set as one batch, like Keras's `train_on_batch`.
    ///
    /// - Returns: the mean loss and the accuracy before the update.
    /// - Throws: ``TrainingError``, ``EngineError``.
    public func trainOnBatch(_ dataset: ImageDataset) throws -> (loss: Double, accuracy: Double) {
        guard let optimizer else { throw TrainingError.notCompiled }
        try check(dataset, "training")
        try checkPixels(dataset, "training")
        let score = try TrainingStep(model: self, optimizer: optimizer, number: optimizer.step + 1)
            .run(BatchSource.whole(dataset))
        return (score.loss / Double(dataset.count), Double(score.right) / Double(dataset.count))
    }

    /// The loss and gradients of one training step on a whole data set as one batch; weights do not change.
    ///
    /// Moving statistics are updated as in a training step. Dropout draws the masks of `step`. Tests compare the
    /// result with a reference.
    ///
    /// - Returns: the mean loss, and the gradient of every weight tensor in Keras's layout.
    /// - Throws: ``TrainingError``, also for a loss or gradient that is not finite, ``EngineError``.
    package func lossAndGradients(
        of dataset: ImageDataset, step: Int = 0
    ) throws -> (loss: Double, gradients: [NamedTensor]) {
        try check(dataset, "training")
        let score = try TrainingStep(model: self, optimizer: nil)
            .run(BatchSource.whole(dataset), dropoutStep: step)
        return (score.loss / Double(dataset.count), try tensors(of: store.gradients))
    }

    /// The gradient of every weight tensor for a given gradient of the output.
    ///
    /// Runs one forward and backward pass in training mode over a whole data set as one batch.
    ///
    /// - Parameter outputGradient: the gradient with respect to the output, or to the logits if the model
    ///   ends in a softmax, `[count] + outputShape`.
    /// - Throws: ``TrainingError``, ``EngineError``.
    package func gradients(
        of dataset: ImageDataset, outputGradient: [Float], step: Int = 0
    ) throws -> [NamedTensor] {
        try check(dataset, "training", labelled: false)
        guard outputGradient.count == dataset.count * classes else {
            throw TrainingError.invalid(
                argument: "outputGradient", value: "\(outputGradient.count) values",
                allowed: "\(dataset.count * classes), as many as the output has")
        }
        let context = StepContext(step: step, training: true)
        let plan = try forward(BatchSource.whole(dataset), context)
        plan.keepStatistics()
        plan.backward(outputGradient: outputGradient, context)
        return try tensors(of: store.gradients)
    }

    /// The output for a whole data set as one batch, after a softmax if the model ends in one.
    ///
    /// - Parameters:
    ///   - training: whether to run in training mode, which updates moving statistics and applies dropout.
    ///   - step: the step whose dropout masks are drawn.
    /// - Returns: `[count] + outputShape`.
    /// - Throws: ``TrainingError``, ``EngineError``.
    package func output(of dataset: ImageDataset, training: Bool, step: Int = 0) throws -> [Float] {
        try check(dataset, "prediction", labelled: false)
        let plan = try forward(BatchSource.whole(dataset), StepContext(step: step, training: training))
        plan.keepStatistics()
        return Array(output(plan, count: dataset.count))
    }
}
