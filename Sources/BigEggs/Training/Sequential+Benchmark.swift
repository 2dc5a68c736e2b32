import Foundation

extension Sequential {
    /// Bytes of activations, their gradients and scratch that the plans made so far share.
    package var workspaceBytes: Int { workspace.capacity }

    /// The wall time of single training steps, or of inference on single batches, on data in memory.
    ///
    /// - Parameters:
    ///   - dataset: at least one batch of images.
    ///   - batchSize: images a step.
    ///   - steps: how many to measure, after one that is not counted.
    ///   - training: a full step with loss and optimizer; otherwise a forward pass in inference mode.
    ///   - augmentation: transforms every image, in training.
    ///   - breakdown: whether to take the time of every pass as well, at a small cost.
    /// - Returns: seconds of each step, and the time of each pass if asked for.
    /// - Throws: ``TrainingError``, ``EngineError``.
    public func measureSteps(
        on dataset: ImageDataset, batchSize: Int, steps: Int, training: Bool,
        augmentation: ImageDataGenerator? = nil, breakdown: Bool = false
    ) throws -> (seconds: [Double], times: PassTimes?) {
        guard let optimizer else { throw TrainingError.notCompiled }
        let batchSize = min(batchSize, dataset.count)
        let plan = try plan(batch: batchSize, training: training)
        let gathering = BatchGathering(dataset: dataset, augmentation: augmentation, seed: seed)
        let order = Philox(seed: seed, purpose: .shuffle).permutation(of: dataset.count, stream: 0)
        var labels = [Int32](repeating: 0, count: batchSize)
        var seconds: [Double] = []
        for step in 0...steps {
            if step == 1, breakdown { plan.plan.times = PassTimes() }
            let start = DispatchTime.now().uptimeNanoseconds
            let first = step * batchSize % max(1, dataset.count - batchSize + 1)
            let range = first..<first + batchSize
            for item in range { labels[item - first] = dataset.labels.values[Int(order[item])] }
            plan.timed("step", "input") { gathering.gather(order, range, epoch: step, into: plan.input) }
            let context = StepContext(step: step, training: training)
            plan.forward(context)
            if training {
                let result = SoftmaxCrossentropy.evaluate(
                    plan.logits, labels: labels, count: batchSize, classes: classes,
                    smoothing: loss.labelSmoothing, topK: metrics.map(\.k))
                try update(
                    plan, optimizer, labels: labels, score: result, context,
                    at: StepPlace(epoch: 1, step: step + 1))
            } else if endsInSoftmax {
                plan.timed("step", "softmax") {
                    SoftmaxCrossentropy.probabilities(plan.logits, count: batchSize, classes: classes)
                }
            }
            if step > 0 {
                seconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
            }
        }
        defer { plan.plan.times = nil }
        return (seconds, plan.plan.times)
    }
}
