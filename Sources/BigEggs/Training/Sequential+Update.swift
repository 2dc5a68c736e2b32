extension Sequential {
    /// Where a training is, for the error of a step that cannot be taken.
    struct StepPlace {
        let epoch, step: Int
        var checkpoint: String?
    }

    /// The second half of a training step: carries the loss of the last forward pass back, moves the weights, and
    /// takes the batch into the moving statistics. All of that, or nothing.
    ///
    /// - Parameter score: of the last forward pass.
    /// - Throws: ``TrainingError`` if the loss, a layer's statistics or a gradient is no finite number; weights,
    ///   moving statistics and the optimizer's state are then as before.
    func update(
        _ plan: BoundPlan, _ optimizer: OptimizerState, labels: UnsafePointer<Int32>, score: BatchScore,
        _ context: StepContext, at place: StepPlace
    ) throws {
        guard score.loss.isFinite else {
            throw TrainingError.lossNotFinite(
                loss: score.loss, epoch: place.epoch, step: place.step, learningRate: learningRate,
                checkpoint: place.checkpoint)
        }
        func refuse(_ what: String) -> TrainingError {
            .stepNotFinite(
                what: what, epoch: place.epoch, step: place.step, learningRate: learningRate,
                checkpoint: place.checkpoint)
        }
        if let layer = plan.layerWithInfiniteStatistics { throw refuse("the batch's variance in \(layer)") }
        plan.backward(labels: labels, smoothing: loss.labelSmoothing, context)
        try plan.timed("step", "optimizer") {
            if let parameter = store.parameterWithInfiniteGradient {
                throw refuse("the gradient of \(parameter)")
            }
            optimizer.apply(to: store, learningRate: learningRate)
        }
        plan.keepStatistics()
    }
}
