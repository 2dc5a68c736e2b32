import Dispatch
public import MessagePassing

extension Model {
    /// Loss and accuracy on a data set, in inference mode.
    ///
    /// - Parameters:
    ///   - dataset: images and labels.
    ///   - batchSize: images per batch.
    ///   - communicator: the processes that share the work. All get the same result; except for rounding, it
    ///     is that of one process.
    /// - Throws: ``TrainingError`` for data that does not fit the model, ``EngineError``, `MessagePassingError`.
    public func evaluate(
        _ dataset: ImageDataset, batchSize: Int = 128, communicator: Communicator? = nil
    ) throws -> Evaluation {
        try checkPixels(dataset, "evaluation")
        let team = Team(communicator)
        try team?.checkAlike(likeness(on: dataset, batchSize: batchSize))
        return try evaluate(dataset, batchSize: batchSize, team: team) { _ in }
    }

    /// What must be equal in all processes that share an evaluation.
    private func likeness(on dataset: ImageDataset, batchSize: Int) throws -> [String: String] {
        [
            "the program": try Team.programDigest.get(), "the weights": try digest(),
            "the images": try dataset.fingerprint, "batch size": "\(batchSize)",
            "precision": precision.rawValue, "instruction set": Machine.instructionSet,
            "fixed parts": fixedParts.map { "\($0)" } ?? "none",
            "the processor's maker": makerOfExactBits,
        ]
    }

    /// The processor's maker if batches have fixed parts, otherwise "any".
    ///
    /// Fixed parts promise the same bits in all processes, but oneDNN's results may differ between processors
    /// of different makers.
    var makerOfExactBits: String { fixedParts == nil ? "any" : Machine.maker(of: Machine.processor) }

    /// - Parameter afterBatch: called with each batch's number; an error that it throws ends the evaluation.
    func evaluate(
        _ dataset: ImageDataset, batchSize: Int, team: Team?, _ afterBatch: (Int) throws -> Void
    ) throws -> Evaluation {
        guard endsInSoftmax else { throw TrainingError.noSoftmax }
        try check(dataset, "evaluation")
        try checkPositive("batchSize", batchSize)
        let start = DispatchTime.now()
        var sums = TrainingProgress()
        var scores: [ImageScore] = []
        let source = try BatchSource(dataset, batchSize: batchSize)
        try forEachShare(of: source, team) { number, batch, plan in
            if let plan { scores += self.scores(plan, labels: batch.labels) }
            try afterBatch(number)
        }
        try team?.gather(&scores, of: source.order, each: 1)
        for batch in source.order.ranges { sums.add(score(scores[batch]), metrics) }
        let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
        return Evaluation(
            loss: sums.loss / Double(dataset.count), accuracy: Double(sums.right) / Double(dataset.count),
            metrics: metrics.isEmpty ? nil : sums.means,
            images: dataset.count, seconds: Double(nanoseconds) / 1e9)
    }

    /// The model's output for every image: the probability of every class, if the model ends in a softmax.
    ///
    /// - Parameters:
    ///   - dataset: images; their labels are not used.
    ///   - batchSize: images per batch.
    ///   - communicator: the processes that share the work; all get the whole result.
    /// - Throws: ``TrainingError`` for data that does not fit the model, ``EngineError``, `MessagePassingError`.
    public func predict(
        _ dataset: ImageDataset, batchSize: Int = 128, communicator: Communicator? = nil
    ) throws -> Predictions {
        try check(dataset, "prediction", labelled: false)
        try checkPixels(dataset, "prediction")
        try checkPositive("batchSize", batchSize)
        var probabilities = [Float]()
        probabilities.reserveCapacity(dataset.count * classes)
        let team = Team(communicator)
        try team?.checkAlike(likeness(on: dataset, batchSize: batchSize))
        let source = try BatchSource(dataset, batchSize: batchSize)
        try forEachShare(of: source, team) { _, batch, plan in
            if let plan { probabilities += output(plan, count: batch.count) }
        }
        try team?.gather(&probabilities, of: source.order, each: classes)
        return Predictions(probabilities: probabilities, classes: classes)
    }

    /// Calls `body` with each batch's number, this process's share of the batch, and the plan that has run the share.
    /// The plan is nil if the share has no images.
    private func forEachShare(
        of source: BatchSource, _ team: Team?,
        _ body: (Int, BatchSource.Batch, BoundPlan?) throws -> Void
    ) throws {
        try arrange(batch: source.batchSize, training: false, for: team)
        for (number, whole) in source.epoch().enumerated() {
            let share = team?.share(of: whole.count)
            let batch = share.map { whole.part($0.samples) } ?? whole
            let context = StepContext(step: 0, training: false, share: share)
            let plan = batch.count == 0 ? nil : try forward(batch, context)
            try body(number, batch, plan)
        }
    }
}
