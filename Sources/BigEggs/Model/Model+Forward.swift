extension Model {
    /// Runs a batch through the layers.
    ///
    /// - Returns: the plan that ran, which holds the output until another one runs.
    func forward(_ batch: BatchSource.Batch, _ context: StepContext) throws -> BoundPlan {
        let plan = try plan(batch: batch.count, training: context.training)
        plan.timed("step", "input") { batch.gather(into: plan.input) }
        plan.forward(context)
        return plan
    }

    /// The loss, what regularizers add to it included, and the metrics of the last forward pass.
    func score(_ plan: BoundPlan, labels: [Int32]) -> BatchScore {
        var score = SoftmaxCrossentropy.evaluate(
            plan.logits, labels: labels, count: labels.count, classes: classes,
            smoothing: loss.labelSmoothing, topK: metrics.map(\.k))
        score.loss += store.regularizationLoss * Double(labels.count)
        return score
    }

    /// What the last forward pass put out, `[count] + outputShape`, after a softmax if the model ends in one.
    func output(_ plan: BoundPlan, count: Int) -> UnsafeBufferPointer<Float> {
        if endsInSoftmax {
            plan.timed("step", "softmax") {
                SoftmaxCrossentropy.probabilities(plan.logits, count: count, classes: classes)
            }
        }
        return UnsafeBufferPointer(start: plan.logits, count: count * classes)
    }
}
