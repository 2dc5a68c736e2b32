import BigEggs
import Foundation
import Testing

/// Compares the callbacks' decisions with those of Keras; see Tests/Peers/fixtures_callbacks.py.
@Suite struct CallbackTests {
    /// Calls a callback as `fit` does. Only one weight changes: each epoch sets it to the epoch's number.
    ///
    /// - Returns: the learning rate after each epoch that ran, the epoch of the final weights, and whether the callback
    ///   stopped the training.
    private func train(
        _ callback: some Callback, values: [Double]
    ) throws -> (rates: [Double], weightsOf: Int, stopped: Bool) {
        let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
        try model.compile(optimizer: Adam(learningRate: 1e-3))
        let run = TrainingRun(model: model, epochs: values.count, steps: 1, batchSize: 1)
        var rates: [Double] = []
        try callback.onTrainBegin(run)
        for (epoch, value) in values.enumerated() {
            try mark(model, epoch)
            try callback.onEpochBegin(epoch, run)
            try callback.onEpochEnd(epoch, ["metric": value], run)
            rates.append(model.learningRate)
            if model.stopTraining { break }
        }
        try callback.onTrainEnd(run)
        return (rates, try epochMarked(in: model), model.stopTraining)
    }

    private func mark(_ model: Sequential, _ epoch: Int) throws {
        try model.setWeights(
            try model.weights().map { tensor in
                var tensor = tensor
                if tensor.name == "dense/bias" { tensor.values[0] = Float(epoch) }
                return tensor
            })
    }

    private func epochMarked(in model: Sequential) throws -> Int {
        let bias = try #require(try model.weights().first { $0.name == "dense/bias" })
        return Int(bias.values[0])
    }

    private func cases(_ callback: String) throws -> [Record] {
        try #require(try Record.read(Fixture.path("callbacks.json"))[callback]?.array)
    }

    /// JSON has no NaN: null stands for it in the fixture.
    private func values(_ example: Record) throws -> [Double] {
        try #require(example["values"]?.array).map { $0.number ?? .nan }
    }

    private func mode(_ example: Record) throws -> MonitorMode {
        try #require(MonitorMode(rawValue: example["mode"]?.string ?? ""))
    }

    @Test func earlyStoppingDecidesLikeKeras() throws {
        let cases = try cases("early_stopping")
        #expect(cases.count == 250)
        #expect(cases.filter { $0["stopped"]?.integer != nil }.count > 100)
        for (number, example) in cases.enumerated() {
            let callback = EarlyStopping(
                monitor: "metric", minDelta: try #require(example["min_delta"]?.number),
                patience: try #require(example["patience"]?.integer), mode: try mode(example),
                baseline: example["baseline"]?.number,
                restoreBestWeights: example["restore_best_weights"] == .bool(true),
                startFromEpoch: try #require(example["start_from_epoch"]?.integer))
            let (rates, weightsOf, stopped) = try train(callback, values: try values(example))
            #expect(callback.stoppedEpoch == example["stopped"]?.integer, "case \(number): \(example)")
            #expect(callback.bestEpoch == example["best"]?.integer, "case \(number): \(example)")
            #expect(rates.count == example["epochs"]?.integer, "case \(number): \(example)")
            #expect(weightsOf == example["weights_of"]?.integer, "case \(number): \(example)")
            #expect(stopped == (callback.stoppedEpoch != nil))
        }
    }

    @Test func reduceLROnPlateauDecidesLikeKeras() throws {
        let cases = try cases("reduce_lr_on_plateau")
        #expect(cases.count == 150)
        for (number, example) in cases.enumerated() {
            let callback = ReduceLROnPlateau(
                monitor: "metric", factor: try #require(example["factor"]?.number),
                patience: try #require(example["patience"]?.integer), mode: try mode(example),
                minDelta: try #require(example["min_delta"]?.number),
                cooldown: try #require(example["cooldown"]?.integer),
                minLR: try #require(example["min_lr"]?.number))
            let found = try train(callback, values: try values(example)).rates
            let expected = try #require(example["rates"]?.numbers)
            #expect(found.count == expected.count)
            for (found, expected) in zip(found, expected) {
                // Both multiply in float64.
                #expect(abs(found - expected) <= 1e-12 * expected, "case \(number): \(example)")
            }
        }
    }

    @Test func autoModeMaximizesAccuracyAndMinimizesLoss() throws {
        for (metric, values, best) in [
            ("val_accuracy", [0.1, 0.3, 0.2], 1), ("accuracy", [0.1, 0.3, 0.2], 1),
            ("val_loss", [0.3, 0.2, 0.1], 2), ("loss", [0.1, 0.2, 0.3], 0),
        ] {
            let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
            let run = TrainingRun(model: model, epochs: 3, steps: 1, batchSize: 1)
            let callback = EarlyStopping(monitor: metric, patience: 5)
            callback.onTrainBegin(run)
            for (epoch, value) in values.enumerated() { try callback.onEpochEnd(epoch, [metric: value], run) }
            #expect(callback.bestEpoch == best, "\(metric)")
            #expect(callback.best == values[best])
        }
    }

    @Test func anUnmeasuredMetricIsReported() throws {
        let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
        let run = TrainingRun(model: model, epochs: 3, steps: 1, batchSize: 1)
        let callbacks: [any Callback] = [EarlyStopping(), ReduceLROnPlateau()]
        for callback in callbacks {
            let error = #expect(throws: UnknownMetric.self) {
                try callback.onEpochEnd(0, ["loss": 1, "accuracy": 0], run)
            }
            #expect(
                error?.description
                    == "\(type(of: callback)) watches val_loss, which is not measured: there are accuracy, loss"
            )
        }
    }

    @Test(arguments: [0, 1, -0.5, .nan])
    func aFactorThatDoesNotReduceIsRefused(_ factor: Double) throws {
        let model = try Sequential(input: [1]) { Dense(2, activation: .softmax) }
        let run = TrainingRun(model: model, epochs: 3, steps: 1, batchSize: 1)
        #expect(throws: TrainingError.self) { try ReduceLROnPlateau(factor: factor).onTrainBegin(run) }
    }

    @Test func earlyStoppingRestoresTheBestWeights() throws {
        let toy = try ToyData.separable(images: 24)
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: 0.01))
        let recorder = WeightRecorder()
        let stopping = EarlyStopping(monitor: "loss", patience: 1, mode: .max, restoreBestWeights: true)
        let history = try model.fit(
            toy, batchSize: 8, epochs: 10, callbacks: [recorder, stopping])
        // The loss falls, so its maximum is in the first epoch.
        #expect(stopping.bestEpoch == 0)
        #expect(stopping.stoppedEpoch == 1)
        #expect(history.epochs == 2)
        #expect(try model.weights() == recorder.epochs[0])
        #expect(recorder.epochs[0] != recorder.epochs[1])
    }

    @Test func aTrainingAfterAnEarlyStopRunsAllItsEpochs() throws {
        let toy = try ToyData.separable(images: 8)
        let model = try ToyData.model()
        try model.compile()
        let stopping = EarlyStopping(monitor: "loss", patience: 0, mode: .max)
        #expect(try model.fit(toy, batchSize: 8, epochs: 5, callbacks: [stopping]).epochs < 5)
        #expect(try model.fit(toy, batchSize: 8, epochs: 3).epochs == 3)
    }

    @Test func theReducedLearningRateAppliesFromTheNextEpoch() throws {
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: 0.01))
        let reducing = ReduceLROnPlateau(monitor: "loss", factor: 0.5, patience: 1, mode: .max)
        let history = try model.fit(
            try ToyData.separable(images: 24), batchSize: 8, epochs: 4, callbacks: [reducing])
        #expect(history["learning_rate"] == [0.01, 0.01, 0.005, 0.0025])
        #expect(model.learningRate == 0.00125)
    }

    @Test func callbacksAreCalledInKerasOrder() throws {
        let journal = Journal()
        let model = try ToyData.model()
        try model.compile()
        let toy = try ToyData.separable(images: 10)
        try model.fit(toy, validation: toy, batchSize: 4, epochs: 2, callbacks: [journal])
        let epoch = ["batch 0", "batch 1", "batch 2"]
        #expect(
            journal.entries == ["begin"] + ["epoch 0"] + epoch + ["end 0"] + ["epoch 1"] + epoch + ["end 1"]
                + ["end"])
        let names: Set = ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
        #expect(Set(journal.lastLogs.keys) == names)
    }

    @Test func anErrorFromACallbackEndsTheTraining() throws {
        struct Enough: Error {}
        final class Thrower: Callback {
            func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
                throw Enough()
            }
        }
        let model = try ToyData.model()
        try model.compile()
        #expect(throws: Enough.self) {
            try model.fit(try ToyData.separable(images: 8), batchSize: 4, callbacks: [Thrower()])
        }
    }

    // MARK: Progress bar

    private let logs = [
        "loss": 1.20341, "accuracy": 0.5521, "val_loss": 1.0712, "val_accuracy": 0.62049,
        "learning_rate": 0.0005,
    ]

    @Test func progressInAPipeIsOneLinePerEpoch() throws {
        var text = ""
        let bar = ProgressBar(label: "plain", isLive: false) { text += $0 }
        let model = try Sequential(input: [1]) { Dense(2) }
        let run = TrainingRun(model: model, epochs: 30, steps: 79, batchSize: 128)
        bar.onTrainBegin(run)
        for epoch in [2, 29] {
            bar.onEpochBegin(epoch, run)
            bar.onBatchEnd(0, ["loss": 2, "accuracy": 0.1], run)
            bar.onEpochEnd(epoch, logs, run)
        }
        let metrics =
            "loss 1.2034  accuracy 0.5521  val_loss 1.0712  val_accuracy 0.6205  learning_rate 0.0005"
        #expect(
            text.replacing(#/  \d+s  /#, with: "  TIME  ")
                == "plain  Epoch  3/30  79/79 ━━━━━━━━━━━━━━━━━━━━  TIME  \(metrics)\n"
                + "plain  Epoch 30/30  79/79 ━━━━━━━━━━━━━━━━━━━━  TIME  \(metrics)\n")
        #expect(bar.lines.map { $0 + "\n" }.joined() == text)
    }

    @Test func progressInATerminalRewritesItsLine() throws {
        var pieces: [String] = []
        let bar = ProgressBar(isLive: true) { pieces.append($0) }
        let model = try Sequential(input: [1]) { Dense(2) }
        let run = TrainingRun(model: model, epochs: 3, steps: 20, batchSize: 128)
        bar.onTrainBegin(run)
        bar.onEpochBegin(0, run)
        bar.onBatchEnd(4, ["loss": 2.5, "accuracy": 0.125], run)
        bar.onEpochEnd(0, ["loss": 2, "accuracy": 0.25], run)
        let timeless = pieces.map { $0.replacing(#/  \d+s( left)?  /#, with: "  TIME  ") }
        #expect(
            timeless == [
                "\rEpoch 1/3   5/20 ━━━━━───────────────  TIME  loss 2.5000  accuracy 0.1250\u{1B}[K",
                "\rEpoch 1/3  20/20 ━━━━━━━━━━━━━━━━━━━━  TIME  loss 2.0000  accuracy 0.2500\u{1B}[K\n",
            ])
        #expect(bar.lines.count == 1)
    }
}

/// Keeps the weights of every epoch.
private final class WeightRecorder: Callback {
    var epochs: [[NamedTensor]] = []

    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        epochs.append(try run.model.weights())
    }
}

/// Records the calls and the last logs.
private final class Journal: Callback {
    var entries: [String] = []
    var lastLogs: [String: Double] = [:]

    func onTrainBegin(_ run: TrainingRun) { entries.append("begin") }
    func onEpochBegin(_ epoch: Int, _ run: TrainingRun) { entries.append("epoch \(epoch)") }
    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) {
        entries.append("batch \(batch)")
    }
    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) {
        entries.append("end \(epoch)")
        lastLogs = logs
    }
    func onTrainEnd(_ run: TrainingRun) { entries.append("end") }
}
