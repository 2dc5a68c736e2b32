import Dispatch

/// A training, from its first step or a checkpoint to its end.
final class TrainingLoop {
    let model: Model
    let optimizer: OptimizerState
    var source: BatchSource
    let validation: ImageDataset?
    let epochs: Int
    let callbacks: CallbackList
    let checkpoints: Checkpoints?
    private let interruption: Interruption?
    /// The processes that train together; `nil` for a single one.
    let team: Team?

    var progress = TrainingProgress()
    var history = History()
    /// The settings that must be equal in a resumed training and in all processes; empty without checkpoints and team.
    var settings: [String: String] = [:]
    /// The newest checkpoint's file.
    var saved: String?
    /// The checkpoint that the training was resumed from.
    var resumed: Checkpoint?
    private var firstEpoch = 0
    private var lastMeasured = DispatchTime.now()

    /// - Parameters:
    ///   - initialEpoch: the first epoch, from 0; `nil` for 0, with random draws that continue from the model's last
    ///     training.
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

    /// - Returns: the history, epochs before a resumption included.
    func run() throws -> History {
        try begin()
        // A training that a callback stopped within an epoch may be interrupted before that epoch's
        // validation. After a resumption the validation must still run.
        while progress.epoch < epochs, !model.stopTraining || progress.step > 0 { try epoch() }
        try lead { try callbacks.onTrainEnd(training) }
        return history
    }

    /// The description of the training that callbacks receive.
    private var training: TrainingRun {
        TrainingRun(
            model: model, epochs: epochs, steps: source.stepsPerEpoch,
            batchSize: source.batchSize, firstEpoch: firstEpoch,
            processes: team?.communicator.size ?? 1)
    }

    /// Prepares the first step.
    private func begin() throws {
        // The first plan decides the parameters' layout in memory, also for a resumed training.
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
            // From here on a resumption finds this training, not an older one.
            if resumed == nil { try save() }
            try callbacks.onTrainBegin(training)
            try restoreCallbacks()
        }
    }

    /// Runs `body` in the first process only; the others take over its results.
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

    /// The metrics on the validation images, by their names in logs.
    private func validate() throws -> [String: Double] {
        guard let validation else { return [:] }
        var refusal: (any Error)?
        let evaluation = try model.evaluate(validation, batchSize: source.batchSize, team: team) { batch in
            guard let team else {
                try callbacks.onTestBatchEnd(batch, training)
                return try endIfInterrupted()
            }
            // The other processes run all batches and wait at the end, so an error is thrown only at the end.
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

    /// Adds the time since `lastMeasured` to the epoch's time.
    private func measureTime() {
        let now = DispatchTime.now()
        progress.seconds += Double(now.uptimeNanoseconds - lastMeasured.uptimeNanoseconds) / 1e9
        lastMeasured = now
    }
}
