extension Sequential {
    /// One forward and backward pass over a whole data set as one batch, without a change of weights:
    /// what tests compare with a reference.
    ///
    /// The moving statistics take part as in a training step. Dropout draws the masks of `step`.
    ///
    /// - Returns: the mean loss, and the gradient of every trainable tensor in Keras's layout.
    /// - Throws: ``EngineError``.
    package func lossAndGradients(
        of dataset: ImageDataset, step: Int = 0
    ) throws -> (loss: Double, gradients: [NamedTensor]) {
        let count = dataset.count
        let plan = try plan(batch: count, training: true)
        guard let input = plan.input, let logits = plan.logits, let flat = store.gradients else {
            return (.nan, [])
        }
        let order = (0..<Int32(count)).map { $0 }
        BatchGathering(dataset: dataset, augmentation: nil, seed: seed)
            .gather(order, 0..<count, epoch: 0, into: input)
        let context = StepContext(step: step, training: true)
        plan.forward(context)
        let labels = dataset.labels.values
        let result = SoftmaxCrossentropy.evaluate(
            logits, labels: labels, count: count, classes: classes, smoothing: loss.labelSmoothing)
        plan.backward(labels: labels, smoothing: loss.labelSmoothing, context)
        let gradients = try store.entries.enumerated().map { number, entry in
            NamedTensor(
                name: entry.specification.name, shape: entry.specification.shape,
                values: try store.read(number, from: flat))
        }
        return (result.loss / Double(count), gradients)
    }
}
