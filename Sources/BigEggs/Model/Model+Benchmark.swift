import Dispatch
public import MessagePassing

extension Model {
    /// Bytes of the memory that all plans share for activations, their gradients and scratch.
    package var workspaceBytes: Int { workspace.capacity }

    /// The wall time of single training steps, or of inference on single batches, on data in memory.
    ///
    /// - Parameters:
    ///   - dataset: the images. With fewer than `batchSize` images, all of them are the batch.
    ///   - batchSize: images per step.
    ///   - steps: how many to measure, after one warm-up step.
    ///   - training: whether to measure full steps with loss and optimizer; otherwise forward passes in inference mode.
    ///   - augmentation: transforms every image.
    ///   - breakdown: whether to time every pass as well, at a small cost.
    ///   - communicator: the processes that share each step.
    /// - Returns: seconds of each step, and with `breakdown` the time of each pass.
    /// - Throws: ``TrainingError``, ``EngineError``, `MessagePassingError`.
    public func measureSteps(
        on dataset: ImageDataset, batchSize: Int, steps: Int, training: Bool,
        augmentation: ImageDataGenerator? = nil, breakdown: Bool = false, communicator: Communicator? = nil
    ) throws -> (seconds: [Double], times: PassTimes?) {
        guard let optimizer else { throw TrainingError.notCompiled }
        try check(dataset, "benchmark")
        try checkPositive("batchSize", batchSize)
        try checkPositive("steps", steps)
        let batchSize = min(batchSize, dataset.count)
        // Whole batches only: a smaller last batch would count as a fast step.
        var source = try BatchSource(
            dataset.prefix(dataset.count / batchSize * batchSize), batchSize: batchSize,
            augmentation: augmentation, shuffle: true, seed: seed)
        let team = Team(communicator)
        let share = team?.share(of: batchSize)
        try arrange(batch: batchSize, training: training, for: team)
        let plan = try plan(of: share?.samples.count ?? batchSize, share, training: training).plan
        defer { plan.times = nil }
        var seconds: [Double] = []
        var hidden: UInt64 = 0
        for step in 0...steps {
            if step == 1 {
                if breakdown { plan.times = PassTimes() }
                hidden = team?.hiddenNanoseconds ?? 0
            }
            let start = DispatchTime.now().uptimeNanoseconds
            let batch = source.batch(epoch: 0, step: step)
            if training {
                _ = try TrainingStep(
                    model: self, optimizer: optimizer, team: team, number: step + 1
                ).run(batch)
            } else {
                let own = share.map { batch.part($0.samples) } ?? batch
                let context = StepContext(step: step, training: false, share: share)
                _ = output(try forward(own, context), count: own.count)
                try team?.communicator.barrier()
            }
            if step > 0 {
                seconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
            }
        }
        plan.times?.hiddenNanoseconds = (team?.hiddenNanoseconds ?? 0) - hidden
        return (seconds, plan.times)
    }
}
