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
        // Whole batches alone: a smaller last one would count as a fast step.
        var source = BatchSource(
            dataset.prefix(dataset.count / batchSize * batchSize), batchSize: batchSize,
            augmentation: augmentation, shuffle: true, seed: seed)
        let plan = try plan(batch: batchSize, training: training).plan
        var seconds: [Double] = []
        for step in 0...steps {
            if step == 1, breakdown { plan.times = PassTimes() }
            let start = DispatchTime.now().uptimeNanoseconds
            let batch = source.batch(epoch: 0, step: step)
            let context = StepContext(step: step, training: training)
            let plan = try forward(batch, context)
            if training {
                let labels = batch.labels
                try update(
                    plan, optimizer, labels: labels, score: score(plan, labels: labels), context,
                    at: StepPlace(epoch: 1, step: step + 1))
            } else {
                _ = output(plan, count: batchSize)
            }
            if step > 0 {
                seconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
            }
        }
        defer { plan.times = nil }
        return (seconds, plan.times)
    }
}
