import Dispatch

/// A training: from its first step, or from the checkpoint that it goes on from, to its end.
final class TrainingLoop {
    let model: Model
    let optimizer: OptimizerState
    var source: BatchSource
    let validation: ImageDataset?
    let epochs: Int
    let callbacks: CallbackList
    let checkpoints: Checkpoints?
    private let interruption: Interruption?
    /// With which other processes the model is trained.
    let team: Team?

    var progress = TrainingProgress()
    var history = History()
    /// What the training can be resumed with alone; empty without a place for checkpoints.
    var settings: [String: String] = [:]
    /// The newest checkpoint's file.
    var saved: String?
    /// What the training goes on from.
    var resumed: Checkpoint?
    private var firstEpoch = 0
    private var lastMeasured = DispatchTime.now()

    /// - Parameters:
    ///   - initialEpoch: the first epoch, from 0; `nil` for 0 with draws that go on where the model's last training
    ///     ended.
    ///   - epochs: the number of the last epoch, from 1.
    init(
        _ model: Model, _ optimizer: OptimizerState, source: BatchSource, validation: ImageDataset?,
        initialEpoch: Int?, epochs: Int, callbacks: [any Callback], checkpoints: Checkpoints?,
        interruption: Interruption?, team: Team? = nil
    ) {
        self.model = model
        self.optimizer = optimizer
        self.source = source
        self.validation = validation
        self.epochs = epochs
        self.callbacks = CallbackList(callbacks)
        self.checkpoints = checkpoints
        self.interruption = interruption
        self.team = team
        progress.epoch = initialEpoch ?? 0
        progress.before = Drawn(
            passes: initialEpoch == nil ? model.drawn.passes : 0, steps: model.drawn.steps)
    }

    /// - Returns: what was measured, before a resumption as well.
    func run() throws -> History {
        try begin()
        // Of an epoch that was interrupted after a callback had ended it, the validation is still to come.
        while progress.epoch < epochs, !model.stopTraining || progress.step > 0 { try epoch() }
        try lead { try callbacks.onTrainEnd(training) }
        return history
    }

    /// What callbacks see of the training.
    private var training: TrainingRun {
        TrainingRun(
            model: model, epochs: epochs, steps: source.stepsPerEpoch,
            batchSize: source.batchSize, firstEpoch: firstEpoch,
            processes: team?.communicator.size ?? 1)
    }

    /// Makes everything ready for the next step.
    private func begin() throws {
        // The first plan decides how parameters lie in memory, wherever the training goes on.
        try model.arrange(batch: source.batchSize, training: true, for: team)
        model.stopTraining = false
        if checkpoints != nil || team != nil { settings = try describeSettings() }
        if let team { try team.checkAlike(settings.merging(try likeness) { $1 }) }
        try lead { try resume() }
        try shareState()
        source.order.firstPass = progress.before.passes
        model.drawn.steps = progress.before.steps
        firstEpoch = progress.epoch
        try lead {
            // From here on whoever resumes finds this training, and not an older one.
            if resumed == nil { try save() }
            try callbacks.onTrainBegin(training)
            try restoreCallbacks()
        }
    }

    /// Lets the first process alone tell callbacks and write files, and the others have what comes of it.
    private func lead(_ body: () throws -> Void) throws {
        guard let team else { return try body() }
        try team.lead(model, signal: interruption?.signal, body)
    }

    private func epoch() throws {
        try lead {
            try callbacks.onEpochBegin(progress.epoch, training)
            if progress.step > 0 { try restoreCallbacks() }
        }
        lastMeasured = .now()
        for step in progress.step..<source.stepsPerEpoch where step == 0 || !model.stopTraining {
            try self.step(step)
        }
        var logs = progress.logs
        logs["learning_rate"] = model.learningRate
        try team?.averageStatistics(of: model)
        logs.merge(try validate()) { $1 }
        let trace = TrainingTrace.Epoch(losses: progress.losses, weights: try model.digest())
        try team?.checkWeights(trace.weights)
        measureTime()
        history.append(logs, seconds: progress.seconds, trace: trace)
        try lead { try callbacks.onEpochEnd(progress.epoch, logs, training) }
        progress.endEpoch()
        try lead { try save() }
        if let signal { throw interrupted(signal) }
    }

    private func step(_ step: Int) throws {
        let batch = source.batch(epoch: progress.epoch, step: step)
        model.drawn.passes = max(model.drawn.passes, batch.pass + 1)
        let score = try TrainingStep(
            model: model, optimizer: optimizer, team: team, epoch: progress.epoch + 1, number: step + 1,
            checkpoint: saved, terminatesOnNaN: callbacks.terminatesOnNaN
        ).run(batch)
        progress.add(score, model.metrics)
        progress.step = step + 1
        try lead { try callbacks.onBatchEnd(step, progress.logs, training) }
        try endIfInterrupted()
    }

    /// The signal that ends the training, the same one in all processes.
    private var signal: Int32? { team == nil ? interruption?.signal : team?.signal }

    /// What the model does on the validation images, by the names that logs have for it.
    private func validate() throws -> [String: Double] {
        guard let validation else { return [:] }
        var refusal: (any Error)?
        let evaluation = try model.evaluate(validation, batchSize: source.batchSize, team: team) { batch in
            guard let team else {
                try callbacks.onTestBatchEnd(batch, training)
                return try endIfInterrupted()
            }
            // The others go through all batches, and wait in the end.
            guard team.communicator.isFirst, refusal == nil else { return }
            do { try callbacks.onTestBatchEnd(batch, training) } catch { refusal = error }
        }
        if team != nil { try lead { if let refusal { throw refusal } } }
        try endIfInterrupted()
        guard evaluation.loss.isFinite || callbacks.terminatesOnNaN else {
            throw TrainingError.validationLossNotFinite(
                loss: evaluation.loss, epoch: progress.epoch + 1, step: progress.step,
                learningRate: model.learningRate, checkpoint: saved)
        }
        var logs = ["val_loss": evaluation.loss, "val_accuracy": evaluation.accuracy]
        for (name, value) in evaluation.metrics ?? [:] { logs["val_\(name)"] = value }
        return logs
    }

    private func save() throws {
        guard let checkpoints else { return }
        saved = try checkpoints.save(try checkpoint(), keeping: saved)
    }

    private func endIfInterrupted() throws {
        guard let signal else { return }
        measureTime()
        try team?.averageStatistics(of: model)
        try lead { try save() }
        throw interrupted(signal)
    }

    private func interrupted(_ signal: Int32) -> TrainingInterrupted {
        TrainingInterrupted(
            signal: signal, epoch: progress.epoch + 1, step: progress.step,
            steps: source.stepsPerEpoch, checkpoint: saved)
    }

    /// Adds to the time of the epoch what has gone by since it was last added to.
    private func measureTime() {
        let now = DispatchTime.now()
        progress.seconds += Double(now.uptimeNanoseconds - lastMeasured.uptimeNanoseconds) / 1e9
        lastMeasured = now
    }
}
