extension Model {
    /// Runs a batch through the layers.
    ///
    /// - Returns: the plan that ran. It holds the output until any plan runs again.
    func forward(_ batch: BatchSource.Batch, _ context: StepContext) throws -> BoundPlan {
        let plan = try plan(of: batch.count, context.share, training: context.training)
        plan.timed("step", "input") {
            if batch.count == 0 { plan.input.clear() }
            batch.gather(into: plan.input)
        }
        plan.forward(context)
        return plan
    }

    /// The plan for `count` images: a whole batch or a process's share of one.
    func plan(of count: Int, _ share: Share?, training: Bool) throws -> BoundPlan {
        try plan(
            batch: max(1, count), training: training,
            fixedParts: count > 0 ? parts(of: share?.batch ?? count, for: share?.team) : nil)
    }

    /// This process's parts of a batch; nil without fixed parts.
    func parts(of batch: Int, for team: Team?) -> SampleParts? {
        fixedParts.map {
            SampleParts(
                fixed: $0, of: batch, rank: team?.communicator.rank ?? 0, size: team?.communicator.size ?? 1)
        }
    }

    /// For each image of the last forward pass, the loss and the rank of the label's logit.
    func scores(_ plan: BoundPlan, labels: [Int32]) -> [ImageScore] {
        SoftmaxCrossentropy.evaluate(
            plan.logits, labels: labels, count: labels.count, classes: classes,
            smoothing: loss.labelSmoothing)
    }

    /// Sums of loss and metrics over a batch. The loss includes the regularization loss once for each image.
    func score(_ images: some Collection<ImageScore>) -> BatchScore {
        var score = BatchScore(images, topK: metrics.map(\.k))
        score.loss += store.regularizationLoss * Double(images.count)
        return score
    }

    /// The output of the last forward pass, `[count] + outputShape`, after a softmax if the model ends in one.
    func output(_ plan: BoundPlan, count: Int) -> UnsafeBufferPointer<Float> {
        if endsInSoftmax {
            plan.timed("step", "softmax") {
                SoftmaxCrossentropy.probabilities(plan.logits, count: count, classes: classes)
            }
        }
        return UnsafeBufferPointer(start: plan.logits, count: count * classes)
    }
}
