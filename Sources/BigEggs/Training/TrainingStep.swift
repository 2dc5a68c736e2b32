/// One step of a training: forward, loss, backward, update. Nowhere else do they follow each other.
struct TrainingStep {
    let model: Model
    /// What moves the weights. Without it they stay, and the gradients are there to be read.
    let optimizer: OptimizerState?
    /// With which other processes the model is trained: this one then computes its share of the batch.
    var team: Team?
    /// Which step it is, both counted from 1, for the error of one that cannot be taken.
    var epoch = 1
    var number = 1
    /// The last good checkpoint, for that error as well.
    var checkpoint: String?
    /// Whether a loss that is no finite number is no error: the step then ends there, for a callback to see it.
    var terminatesOnNaN = false

    /// Takes the step, whole or not at all: moves the weights, and takes the batch into the moving statistics.
    ///
    /// - Parameters:
    ///   - batch: the whole batch.
    ///   - dropoutStep: what dropout draws its masks for; `nil` for the number of the model's step.
    /// - Returns: the loss and the metrics before the weights moved.
    /// - Throws: ``TrainingError`` if the loss, a layer's statistics or a gradient is no finite number; weights,
    ///   moving statistics and the optimizer's state are then as before. ``EngineError``, `MessagePassingError`.
    func run(_ batch: BatchSource.Batch, dropoutStep: Int? = nil) throws -> BatchScore {
        let share = team?.share(of: batch.count)
        let batch = share.map { batch.part($0.samples) } ?? batch
        let context = StepContext(
            step: dropoutStep ?? model.drawn.steps + (optimizer?.step ?? 0), training: true, share: share)
        let labels = batch.labels
        let plan = try model.forward(batch, context)
        var scores = model.scores(plan, labels: labels)
        try plan.timed("step", "messages") { try share?.exchange(&scores) }
        let score = model.score(scores)
        if terminatesOnNaN, !score.loss.isFinite { return score }
        try check(score, plan)
        plan.backward(labels: labels, smoothing: model.loss.labelSmoothing, context)
        try plan.timed("step", "messages") { try team?.finishGradients() }
        model.store.addRegularizationGradients()
        try plan.timed("step", "optimizer") { try update() }
        plan.keepStatistics(share)
        return score
    }

    private func check(_ score: BatchScore, _ plan: BoundPlan) throws {
        guard score.loss.isFinite else {
            throw TrainingError.lossNotFinite(
                loss: score.loss, epoch: epoch, step: number, learningRate: model.learningRate,
                checkpoint: checkpoint)
        }
        if let layer = plan.layerWithInfiniteStatistics { throw refusal("the batch's variance in \(layer)") }
    }

    private func update() throws {
        if let parameter = model.store.parameterWithInfiniteGradient {
            throw refusal("the gradient of \(parameter)")
        }
        try optimizer?.apply(to: model.store, learningRate: model.learningRate)
    }

    private func refusal(_ what: String) -> TrainingError {
        .stepNotFinite(
            what: what, epoch: epoch, step: number, learningRate: model.learningRate, checkpoint: checkpoint)
    }
}
