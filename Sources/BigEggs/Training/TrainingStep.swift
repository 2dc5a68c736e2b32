/// One step of a training: forward, loss, backward, update. All training steps run here.
struct TrainingStep {
    let model: Model
    /// Updates the weights. If `nil`, weights stay unchanged and the gradients can be read.
    let optimizer: OptimizerState?
    /// The processes that train together; each computes its share of the batch.
    var team: Team?
    /// The epoch, counted from 1, for error messages.
    var epoch = 1
    /// The step, counted from 1, for error messages.
    var number = 1
    /// The file of the last good checkpoint, for error messages.
    var checkpoint: String?
    /// Whether a loss that is not finite ends the step without an error, so that a callback can handle it.
    var terminatesOnNaN = false

    /// Runs the step.
    ///
    /// If the loss is not finite or the step throws, neither weights nor moving statistics change.
    ///
    /// - Parameters:
    ///   - batch: the whole batch.
    ///   - dropoutStep: the step whose dropout masks are drawn; `nil` for the model's step count.
    /// - Returns: the loss and the metrics before the update.
    /// - Throws: ``TrainingError`` if the loss, a layer's statistics or a gradient is not finite; the
    ///   optimizer's state is then unchanged too. Also ``EngineError`` and `MessagePassingError`.
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
