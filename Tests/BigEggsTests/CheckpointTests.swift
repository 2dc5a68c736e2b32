import BigEggs
import Foundation
import Testing

@Suite struct CheckpointTests {
    /// A training with everything that is random or has state: augmentation, dropout, moments, best weights,
    /// a learning rate that halves. An epoch of 40 images in batches of 16 has three steps; the last batch is
    /// smaller.
    private struct Training {
        var images = 40
        var epochs = 4
        var batchSize = 16
        var seed: UInt64 = 3
        var threads = 2
        var learningRate = 3e-3
        var augmentation: ImageDataGenerator? = ImageDataGenerator(rotationRange: 15, zoomRange: 0.1)
        var patience = 5
        var dropout: Float = 0.25
        var extraCallbacks: [any Callback] = []
        var loss = Loss.sparseCategoricalCrossentropy
        var metrics: [SparseTopKCategoricalAccuracy] = []
        var validationImages = 20
        var stepsPerEpoch: Int?
        var shuffle = true
        var precision = Precision.float32
        var allowsWinograd = true

        /// The bits of the weights after the best epoch, which is the first, and after the last epoch; and
        /// the history without times.
        struct Result: Equatable {
            let weights, lastWeights: [String: [UInt32]]
            let metrics: [String: [Double]]
            let trace: TrainingTrace
            let bestEpoch: Int
        }

        func run(_ checkpoints: Checkpoints? = nil, _ interruption: Interruption? = nil) throws -> Result {
            let model = try Sequential(
                input: [8, 8, 3], seed: seed, precision: precision, threads: threads
            ) {
                Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
                BatchNormalization(momentum: 0.9)
                MaxPooling2D()
                Flatten()
                Dense(20, activation: .relu)
                Dropout(dropout)
                Dense(ToyData.classes, activation: .softmax)
            }
            model.allowsWinograd = allowsWinograd
            try model.compile(
                optimizer: Adam(learningRate: learningRate), loss: loss, metrics: metrics)
            let stopping = EarlyStopping(
                monitor: "val_loss", minDelta: 10, patience: patience, restoreBestWeights: true)
            let plateau = ReduceLROnPlateau(monitor: "val_loss", factor: 0.5, patience: 1, minDelta: 10)
            let recorder = LastWeights()
            let train = try ToyData.separable(images: images)
            let history = try model.fit(
                train, validation: train.prefix(validationImages), batchSize: batchSize, epochs: epochs,
                stepsPerEpoch: stepsPerEpoch, augmentation: augmentation, shuffle: shuffle,
                callbacks: [stopping, plateau, recorder] + extraCallbacks,
                checkpoints: checkpoints, interruption: interruption)
            return Result(
                weights: try model.weights().bits, lastWeights: recorder.weights, metrics: history.metrics,
                trace: history.trace, bestEpoch: stopping.bestEpoch)
        }

        /// Starts or resumes the training, and interrupts it after `step` more steps.
        func interrupted(
            afterStep step: Int, in directory: String, unfinished: Checkpoints.Unfinished = .resume
        )
            throws -> TrainingInterrupted
        {
            let interruption = Interruption()
            var training = self
            training.extraCallbacks.append(Interrupter(interruption, step: step))
            let error = #expect(throws: TrainingInterrupted.self) {
                try training.run(Checkpoints(in: directory, unfinished: unfinished), interruption)
            }
            return try #require(error)
        }
    }

    @Test(arguments: [1, 2, 3, 5, 9, 12])
    func aTrainingInterruptedAfterAnyStepResumesBitIdentically(step: Int) throws {
        let undisturbed = try Training().run()
        #expect(undisturbed.bestEpoch == 0 && undisturbed.weights != undisturbed.lastWeights)
        #expect(undisturbed.metrics["learning_rate"] == [3e-3, 3e-3, 1.5e-3, 0.75e-3])
        try withTemporaryDirectory { directory in
            let stop = try Training().interrupted(afterStep: step, in: directory)
            #expect(stop.epoch == (step - 1) / 3 + 1)
            #expect(stop.step == (step - 1) % 3 + 1)
            #expect(stop.steps == 3)
            #expect(stop.signal == SIGINT && stop.exitStatus == 130)
            let file = try #require(stop.checkpoint)
            #expect(try Checkpoint.read(file).progress.optimizerStep == step)
            #expect(try Training().run(Checkpoints(in: directory, unfinished: .resume)) == undisturbed)
        }
    }

    @Test func aRepeatedlyInterruptedTrainingResumesBitIdentically() throws {
        let undisturbed = try Training().run()
        try withTemporaryDirectory { directory in
            for _ in 0..<12 { _ = try Training().interrupted(afterStep: 1, in: directory) }
            #expect(try Training().run(Checkpoints(in: directory, unfinished: .resume)) == undisturbed)
        }
    }

    /// A pass over the images continues in the next epoch, and the learning rate depends on the step.
    @Test(arguments: [1, 2, 5, 6])
    func aScheduleMomentumAndShortEpochsResumeBitIdentically(step: Int) throws {
        func train(_ directory: String, _ interrupter: Interrupter? = nil) throws -> History {
            let model = try ToyData.model()
            try model.compile(
                optimizer: SGD(
                    learningRate: .cosineDecay(initialLearningRate: 0.1, decaySteps: 8), momentum: 0.9))
            return try model.fit(
                try ToyData.separable(images: 40), batchSize: 16, epochs: 4, stepsPerEpoch: 2,
                callbacks: interrupter.map { [$0] } ?? [],
                checkpoints: Checkpoints(in: directory, unfinished: .resume),
                interruption: interrupter?.interruption)
        }
        try withTemporaryDirectory { directory in
            let undisturbed = try train(directory)
            let wanted = try #require(try Checkpoints(in: directory).newest()).checkpoint.weights
            try Checkpoints(in: directory).remove()
            #expect(throws: TrainingInterrupted.self) {
                try train(directory, Interrupter(Interruption(), step: step))
            }
            let resumed = try train(directory)
            let weights = try #require(try Checkpoints(in: directory).newest()).checkpoint.weights
            #expect(weights == wanted)
            #expect(resumed.metrics == undisturbed.metrics)
        }
    }

    @Test func anInterruptionDuringValidationLosesNoStep() throws {
        let undisturbed = try Training().run()
        try withTemporaryDirectory { directory in
            // After the last step of the second epoch, only its validation is left.
            let stop = try Training().interrupted(afterStep: 6, in: directory)
            #expect(stop.step == 3)
            let checkpoint = try Checkpoint.read(try #require(stop.checkpoint))
            #expect(checkpoint.progress.epoch == 1)
            #expect(checkpoint.history.epochs == 1)
            #expect(try Training().run(Checkpoints(in: directory, unfinished: .resume)) == undisturbed)
        }
    }

    @Test func anEarlyStoppedTrainingStopsAgainWhenResumed() throws {
        let training = Training(patience: 1)
        let undisturbed = try training.run()
        #expect(undisturbed.metrics["loss"]?.count == 2)
        try withTemporaryDirectory { directory in
            let first = try training.run(Checkpoints(in: directory))
            let second = try training.run(Checkpoints(in: directory, unfinished: .resume))
            #expect([first, second] == [undisturbed, undisturbed])
        }
    }

    @Test func resumingWithMoreEpochsMatchesOneLongTraining() throws {
        let undisturbed = try Training().run()
        try withTemporaryDirectory { directory in
            var short = Training()
            short.epochs = 2
            _ = try short.run(Checkpoints(in: directory))
            #expect(try Training().run(Checkpoints(in: directory, unfinished: .resume)) == undisturbed)
            #expect(throws: CheckpointError.self) {
                try short.run(Checkpoints(in: directory, unfinished: .resume))
            }
        }
    }

    @Test func aCustomCallbacksStateIsRestored() throws {
        final class Counter: Callback {
            var steps = 0
            func onTrainBegin(_ run: TrainingRun) { steps = 0 }
            func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) { steps += 1 }
            var state: CallbackState? { CallbackState(values: ["steps": Double(steps)]) }
            func restore(_ state: CallbackState) { steps = state.count("steps") ?? 0 }
        }
        try withTemporaryDirectory { directory in
            var training = Training()
            training.extraCallbacks = [Counter()]
            _ = try training.interrupted(afterStep: 5, in: directory)
            let counter = Counter()
            training.extraCallbacks = [counter]
            _ = try training.run(Checkpoints(in: directory, unfinished: .resume))
            #expect(counter.steps == 12)
        }
    }

    // MARK: Files

    @Test func theLastTwoCheckpointsAreKeptUntilTheyAreRemoved() throws {
        try withTemporaryDirectory { directory in
            let checkpoints = Checkpoints(in: directory, name: "plain")
            _ = try Training().run(checkpoints)
            #expect(
                checkpoints.files == [
                    "\(directory)/plain-0005.safetensors", "\(directory)/plain-0004.safetensors",
                ])
            #expect(Checkpoints(in: directory, name: "augmented").files.isEmpty)
            #expect(try names(in: directory).count == 2)
            let epochs = try checkpoints.files.map { try Checkpoint.read($0).progress.epoch }
            #expect(epochs == [4, 3])
            try checkpoints.remove()
            #expect(try names(in: directory).isEmpty)
        }
    }

    @Test func aCheckpointHoldsTheWeightsOfItsModel() throws {
        try withTemporaryDirectory { directory in
            let model = try ToyData.model()
            try model.compile()
            let checkpoints = Checkpoints(in: directory)
            try model.fit(try ToyData.separable(images: 16), batchSize: 8, checkpoints: checkpoints)
            let newest = try #require(try checkpoints.newest())
            let weights = try model.weights()
            #expect(newest.checkpoint.weights == weights)
            #expect(newest.checkpoint.settings["instruction set"] == Machine.instructionSet)
            #expect(newest.checkpoint.settings["precision"] == "float32")
        }
    }

    /// Flips one bit: in the header's length, in the header with its metadata, or in the tensors.
    @Test(arguments: [3, 40, 300, 2_000, 30_000, -1])
    func aDamagedNewestCheckpointIsReportedAndThePreviousOneUsed(at offset: Int) throws {
        let undisturbed = try Training().run()
        try withTemporaryDirectory { directory in
            _ = try Training().interrupted(afterStep: 8, in: directory)
            let newest = try #require(Checkpoints(in: directory).files.first)
            var bytes = try Data(contentsOf: URL(filePath: newest))
            bytes[offset < 0 ? bytes.count + offset : offset] ^= 0x04
            try bytes.write(to: URL(filePath: newest))
            var said: [String] = []
            let checkpoints = Checkpoints(in: directory, unfinished: .resume) { said.append($0) }
            #expect(try Training().run(checkpoints) == undisturbed)
            #expect(said.count == 2)
            #expect(said.first?.contains(newest) == true)
            #expect(said.last?.contains("epoch 3, after step 0") == true)
            #expect(!FileManager.default.fileExists(atPath: newest))
        }
    }

    @Test(arguments: [1, 3])
    func resumingWithAnotherThreadCountIsBitIdentical(threads: Int) throws {
        let undisturbed = try Training().run()
        try withTemporaryDirectory { directory in
            _ = try Training().interrupted(afterStep: 8, in: directory)
            let resumed = try Training(threads: threads).run(Checkpoints(in: directory, unfinished: .resume))
            #expect(resumed == undisturbed)
        }
    }

    @Test func aTruncatedCheckpointFallsBackToThePreviousOne() throws {
        let undisturbed = try Training().run()
        try withTemporaryDirectory { directory in
            _ = try Training().interrupted(afterStep: 8, in: directory)
            let newest = try #require(Checkpoints(in: directory).files.first)
            try Data(try Data(contentsOf: URL(filePath: newest)).dropLast(5_000))
                .write(to: URL(filePath: newest))
            #expect(try Training().run(Checkpoints(in: directory, unfinished: .resume)) == undisturbed)
        }
    }

    @Test func theFaultIsReportedIfAllCheckpointsAreDamaged() throws {
        try withTemporaryDirectory { directory in
            _ = try Training().interrupted(afterStep: 8, in: directory)
            let files = Checkpoints(in: directory).files
            for file in files { try Data("no".utf8).write(to: URL(filePath: file)) }
            let error = #expect(throws: CheckpointError.self) {
                try Training().run(Checkpoints(in: directory, unfinished: .resume))
            }
            #expect(error?.description.contains("has 2 bytes") == true)
            #expect(Checkpoints(in: directory).files == files)
        }
    }

    // MARK: Refusals

    @Test func anUnfinishedTrainingIsNeitherOverwrittenNorResumedByDefault() throws {
        try withTemporaryDirectory { directory in
            let stop = try Training().interrupted(afterStep: 4, in: directory)
            let file = try #require(stop.checkpoint)
            let files = Checkpoints(in: directory).files
            #expect(throws: CheckpointError.unfinished(file: file, epoch: 1, step: 1)) {
                try Training().run(Checkpoints(in: directory))
            }
            #expect(Checkpoints(in: directory).files == files)
            _ = try Training().interrupted(afterStep: 1, in: directory, unfinished: .discard)
            let newest = try #require(try Checkpoints(in: directory).newest())
            #expect(newest.checkpoint.progress.optimizerStep == 1)
        }
    }

    private static let changes: [(String, @Sendable (inout Training) -> Void)] = [
        ("batch size was 16, now 8", { $0.batchSize = 8 }),
        ("seed was 3, now 4", { $0.seed = 4 }),
        ("optimizer was Adam(schedule: 0.003, ", { $0.learningRate = 1e-3 }),
        ("now none", { $0.augmentation = nil }),
        ("zoom_range", { $0.augmentation = ImageDataGenerator(rotationRange: 15, zoomRange: 0.2) }),
        ("training data was 40 images", { $0.images = 41 }),
        ("validation data was 20 images", { $0.validationImages = 19 }),
        ("loss was sparse", { $0.loss = .categoricalCrossentropy(labelSmoothing: 0.1) }),
        ("metrics was [], now [\"top of 2\"]", { $0.metrics = [.init(k: 2, name: "top")] }),
        ("steps an epoch was 3, now 2", { $0.stepsPerEpoch = 2 }),
        ("shuffle was true, now false", { $0.shuffle = false }),
        ("Winograd was the engine's own, now none", { $0.allowsWinograd = false }),
        ("precision was float32, now bfloat16", { $0.precision = .bfloat16 }),
        ("layer 6 was dropout of dense, Dropout", { $0.dropout = 0.5 }),
        ("EarlyStopping's patience was 5, now 6", { $0.patience = 6 }),
        (
            "callbacks were EarlyStopping, ReduceLROnPlateau, now EarlyStopping, ReduceLROnPlateau, "
                + "ReduceLROnPlateau", { $0.extraCallbacks = [ReduceLROnPlateau()] }
        ),
    ]

    @Test(
        arguments: changes.indices.filter { GradientTests.hasBFloat16 || !changes[$0].0.contains("bfloat16") }
    )
    func changedSettingsAreRefusedWithTheDifference(number: Int) throws {
        let (words, change) = Self.changes[number]
        try withTemporaryDirectory { directory in
            _ = try Training().interrupted(afterStep: 2, in: directory)
            let files = Checkpoints(in: directory).files
            var other = Training()
            change(&other)
            let error = #expect(throws: CheckpointError.self) {
                try other.run(Checkpoints(in: directory, unfinished: .resume))
            }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            #expect(Checkpoints(in: directory).files == files)
        }
    }

    /// Only the floats of the data sets differ; rounded to bytes, all pixels are 0.
    @Test func floatPixelsOfOtherDataAreRefused() throws {
        try withTemporaryDirectory { directory in
            func train(pixel: Float, epochs: Int) throws {
                let model = try Sequential(input: [2], seed: 1) { Dense(2, activation: .softmax) }
                try model.compile(optimizer: Adam())
                try model.fit(
                    try ImageDataset(
                        floats: [pixel, 0.1, 0.3, 0.4], labels: Labels([0, 1]), imageShape: [2],
                        classNames: ["a", "b"]),
                    epochs: epochs, checkpoints: Checkpoints(in: directory, unfinished: .resume))
            }
            try train(pixel: 0.2, epochs: 1)
            let error = #expect(throws: CheckpointError.self) { try train(pixel: 0.25, epochs: 2) }
            #expect(error?.description.contains("training data was 2 images") == true)
            try train(pixel: 0.2, epochs: 2)
        }
    }

    /// The test cannot change these settings of the run, so it edits those in the checkpoint.
    @Test(arguments: [
        ("instruction set", "an older one"), ("oneDNN", "2.5.0"), ("input shape", "[8, 8, 1]"),
    ])
    func aCheckpointOfAnotherMachineIsRefusedWithTheDifference(name: String, then: String) throws {
        try withTemporaryDirectory { directory in
            let stop = try Training().interrupted(afterStep: 2, in: directory)
            let file = try #require(stop.checkpoint)
            let now = try #require(try Checkpoint.read(file).settings[name])
            try rewrite(file) { notes in
                let entry = "\"\(name)\":\"\(now)\""
                #expect(notes["checkpoint"]?.contains(entry) == true)
                notes["checkpoint"]?.replace(entry, with: "\"\(name)\":\"\(then)\"")
            }
            let files = Checkpoints(in: directory).files
            #expect(
                throws: CheckpointError.otherSettings(
                    file: file, differences: ["\(name) was \(then), now \(now)"])
            ) { try Training().run(Checkpoints(in: directory, unfinished: .resume)) }
            #expect(Checkpoints(in: directory).files == files)
        }
    }

    /// The checkpoint is intact and the newest; resuming from the one before it would lose steps.
    @Test func aCheckpointOfAnotherVersionIsNeitherSkippedNorRemoved() throws {
        try withTemporaryDirectory { directory in
            let stop = try Training().interrupted(afterStep: 8, in: directory)
            let file = try #require(stop.checkpoint)
            try rewrite(file) { $0["format"] = "BigEggs checkpoint 1" }
            let files = Checkpoints(in: directory).files
            #expect(files.count == 2)
            let error = #expect(
                throws: CheckpointError.otherVersion(file: file, format: "BigEggs checkpoint 1")
            ) { try Training().run(Checkpoints(in: directory, unfinished: .resume)) }
            #expect(error?.description.contains("resume it with that version") == true)
            #expect(Checkpoints(in: directory).files == files)
        }
    }

    @Test func anUnreadableCheckpointIsNotSkipped() throws {
        try withTemporaryDirectory { directory in
            _ = try Training().interrupted(afterStep: 8, in: directory)
            let newest = try #require(Checkpoints(in: directory).files.first)
            #expect(chmod(newest, 0) == 0)
            withoutPrivileges {
                _ = #expect(throws: FileError.permissionDenied(file: newest, action: "read")) {
                    try Checkpoints(in: directory).newest()
                }
            }
        }
    }

    @Test func filesWithOtherNamesAreLeftAlone() throws {
        try withTemporaryDirectory { directory in
            let others = ["9223372036854775807", "00005", "12", "-0003", "+0003", "copy"].map {
                "checkpoint-\($0).safetensors"
            }
            for name in others { try Data("mine".utf8).write(to: URL(filePath: "\(directory)/\(name)")) }
            let checkpoints = Checkpoints(in: directory)
            #expect(checkpoints.files.isEmpty)
            _ = try Training().run(checkpoints)
            try checkpoints.remove()
            #expect(Set(try names(in: directory)) == Set(others))
        }
    }

    // MARK: Numbers

    /// The training is correct; only the validation loss is not finite.
    @Test func aNonFiniteValidationLossStopsAndNamesTheLastGoodCheckpoint() throws {
        let train = try ToyData.separable(images: 16)
        // The pixels are finite, but their sums are not.
        let pixels = [Float](repeating: .greatestFiniteMagnitude, count: 4 * 8 * 8 * 3)
        let validation = try ImageDataset(
            floats: pixels, labels: Labels([0, 1, 2, 3]), imageShape: [8, 8, 3],
            classNames: train.classNames)
        func fit(_ callbacks: [any Callback], _ checkpoints: Checkpoints?) throws -> History {
            let model = try Sequential(input: [8, 8, 3], seed: 1, threads: 2) {
                Flatten()
                Dense(ToyData.classes, activation: .softmax)
            }
            try model.compile(optimizer: Adam(learningRate: 2e-3))
            return try model.fit(
                train, validation: validation, batchSize: 8, epochs: 2, callbacks: callbacks,
                checkpoints: checkpoints)
        }
        try withTemporaryDirectory { directory in
            let checkpoints = Checkpoints(in: directory)
            let error = #expect(throws: TrainingError.self) { try fit([], checkpoints) }
            guard case .validationLossNotFinite(let loss, 1, 2, 2e-3, let checkpoint) = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
            #expect(!loss.isFinite && checkpoint == checkpoints.files.first && checkpoint != nil)
            #expect(
                error?.description.contains("the validation loss became \(loss) after step 2 of epoch 1")
                    == true)
        }
        // TerminateOnNaN replaces this check and, as in Keras, ignores the validation loss.
        #expect(try fit([TerminateOnNaN()], nil)["val_loss"].allSatisfy { !$0.isFinite })
    }

    @Test func aNonFiniteLossNamesTheLastGoodCheckpoint() throws {
        final class Exploder: Callback {
            func onEpochBegin(_ epoch: Int, _ run: TrainingRun) {
                if epoch == 2 { run.model.learningRate = 1e30 }
            }
        }
        try withTemporaryDirectory { directory in
            var training = Training()
            training.extraCallbacks = [Exploder()]
            let checkpoints = Checkpoints(in: directory)
            let error = #expect(throws: TrainingError.self) { try training.run(checkpoints) }
            guard case .lossNotFinite(_, let epoch, let step, let rate, let checkpoint) = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
            #expect(epoch == 3 && step > 1 && rate == 1e30)
            #expect(checkpoint == checkpoints.files.first)
            let good = try Checkpoint.read(try #require(checkpoint))
            #expect(good.progress.epoch == 2)
            #expect(error?.description.contains("learning rate 1e+30") == true)
            let last = try #require(checkpoint)
            #expect(error?.description.hasSuffix("the last good checkpoint is \(last)") == true)
        }
    }

    /// The last step of an epoch makes the weights non-finite, and no loss is computed before they are saved.
    @Test func nonFiniteWeightsAreNotSaved() throws {
        try withTemporaryDirectory { directory in
            let model = try ToyData.model()
            try model.compile(optimizer: Adam(learningRate: 1e-3))
            final class Last: Callback {
                func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) {
                    if batch == 0, run.model.learningRate == 2e-3 { run.model.learningRate = .nan }
                }
                func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) {
                    run.model.learningRate = 2e-3
                }
            }
            let checkpoints = Checkpoints(in: directory)
            let error = #expect(throws: TrainingError.self) {
                try model.fit(
                    try ToyData.separable(images: 16), batchSize: 8, epochs: 3, callbacks: [Last()],
                    checkpoints: checkpoints)
            }
            guard case .weightNotFinite(let tensor, let epoch, let step, _, let checkpoint) = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
            #expect(tensor == "conv2d/kernel" && epoch == 2 && step == 2)
            #expect(checkpoint == checkpoints.files.first)
            let last = try #require(checkpoint)
            #expect(error?.description.hasSuffix("the last good checkpoint is \(last)") == true)
            #expect(checkpoints.files.count == 2)
        }
    }

    /// Changes a checkpoint's metadata, and its checksum accordingly.
    private func rewrite(_ file: String, _ change: (inout [String: String]) -> Void) throws {
        let contents = try Safetensors.contents(of: file)
        var notes = contents.metadata
        change(&notes)
        var summed = Data((notes["checkpoint"] ?? "").utf8)
        for tensor in contents.tensors {
            summed += Data("\n\(tensor.name) \(tensor.shape)\n".utf8)
            tensor.values.withUnsafeBytes { summed.append(contentsOf: $0) }
        }
        try withTemporaryDirectory { directory in
            try summed.write(to: URL(filePath: "\(directory)/summed"))
            notes["sha256"] = try Checksum.sha256(of: "\(directory)/summed")
        }
        try Safetensors.write(contents.tensors, to: file, metadata: notes)
    }

    private func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory)
    }
}

/// Keeps the weights of the last epoch. At the end, the model's weights are those of the best epoch.
private final class LastWeights: Callback {
    var weights: [String: [UInt32]] = [:]

    func onTrainBegin(_ run: TrainingRun) throws { weights = try run.model.weights().bits }
    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        weights = try run.model.weights().bits
    }
}

/// Requests an interruption after a number of steps since the start or the resumption of the training.
private final class Interrupter: Callback {
    let interruption: Interruption
    private var stepsLeft: Int

    init(_ interruption: Interruption, step: Int) {
        self.interruption = interruption
        stepsLeft = step
    }

    func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) {
        stepsLeft -= 1
        if stepsLeft == 0 { interruption.request() }
    }
}
