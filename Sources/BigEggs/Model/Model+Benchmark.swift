import Foundation

extension Model {
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
        try check(dataset, "benchmark")
        try checkPositive("batchSize", batchSize)
        let batchSize = min(batchSize, dataset.count)
        // Whole batches alone: a smaller last one would count as a fast step.
        var source = BatchSource(
            dataset.prefix(dataset.count / batchSize * batchSize), batchSize: batchSize,
            augmentation: augmentation, shuffle: true, seed: seed)
        let plan = try plan(batch: batchSize, training: training).plan
        defer { plan.times = nil }
        var seconds: [Double] = []
        for step in 0...steps {
            if step == 1, breakdown { plan.times = PassTimes() }
            let start = DispatchTime.now().uptimeNanoseconds
            let batch = source.batch(epoch: 0, step: step)
            if training {
                _ = try TrainingStep(model: self, optimizer: optimizer, number: step + 1).run(batch)
            } else {
                _ = output(try forward(batch, StepContext(step: step, training: false)), count: batchSize)
            }
            if step > 0 {
                seconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
            }
        }
        return (seconds, plan.times)
    }
}
