import BigEggs
import Testing

/// The arguments of `fit` for epochs and validation, and callbacks that end a training.
@Suite struct FitTests {
    /// Trains with augmentation, by default a new model.
    private func train(
        _ dataset: ImageDataset, epochs: Int, initialEpoch: Int = 0, stepsPerEpoch: Int? = nil,
        batchSize: Int = 4, model: Sequential? = nil, callbacks: [any Callback] = []
    ) throws -> (model: Sequential, history: History) {
        let model = try model ?? compiled()
        let history = try model.fit(
            dataset, batchSize: batchSize, epochs: epochs, initialEpoch: initialEpoch,
            stepsPerEpoch: stepsPerEpoch, augmentation: ImageDataGenerator(rotationRange: 20),
            callbacks: callbacks)
        return (model, history)
    }

    private func compiled() throws -> Sequential {
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: 0.01))
        return model
    }

    /// Three epochs in one call equal one epoch and then two: the order of images, their transformations and
    /// the optimizer's state continue.
    @Test func aTrainingInTwoCallsEqualsOneCall() throws {
        let toy = try ToyData.separable(images: 18)
        let whole = try train(toy, epochs: 3)
        let model = try compiled()
        let first = try train(toy, epochs: 1, model: model)
        let second = try train(toy, epochs: 3, initialEpoch: 1, model: model)
        #expect(try model.weights() == whole.model.weights())
        #expect(first.history["loss"] + second.history["loss"] == whole.history["loss"])
        #expect(try train(toy, epochs: 3, initialEpoch: 3, model: model).history.epochs == 0)
    }

    @Test func callbackEpochNumbersStartAtTheInitialEpoch() throws {
        var epochs: [Int] = []
        let watch = LambdaCallback(
            onEpochBegin: { epoch, _ in epochs.append(epoch) },
            onEpochEnd: { epoch, _, _ in epochs.append(epoch) })
        _ = try train(try ToyData.separable(images: 4), epochs: 4, initialEpoch: 2, callbacks: [watch])
        #expect(epochs == [2, 2, 3, 3])
    }

    /// A pass over the images takes five steps. Three epochs of ten steps are six passes, and so are ten
    /// epochs of three steps.
    @Test func stepsPerEpochContinuesThroughTheImagesAcrossEpochs() throws {
        let toy = try ToyData.separable(images: 18)
        let passes = try train(toy, epochs: 6)
        #expect(try train(toy, epochs: 3, stepsPerEpoch: 10).model.weights() == passes.model.weights())
        var steps: [Int] = []
        let watch = LambdaCallback(onBatchEnd: { step, _, run in
            #expect(run.steps == 3)
            steps.append(step)
        })
        let thirds = try train(toy, epochs: 10, stepsPerEpoch: 3, callbacks: [watch])
        #expect(try thirds.model.weights() == passes.model.weights())
        #expect(thirds.history.epochs == 10)
        #expect(steps == (0..<10).flatMap { _ in [0, 1, 2] })
    }

    @Test func validationSplitHoldsBackTheLastImages() throws {
        let toy = try ToyData.separable(images: 21)
        let model = try compiled()
        let split = try model.fit(toy, validationSplit: 0.3, batchSize: 4, epochs: 2)
        // 21 · 0.7 = 14.7: Keras trains on 14.
        let other = try compiled()
        let apart = try other.fit(toy[0..<14], validation: toy[14..<21], batchSize: 4, epochs: 2)
        #expect(split.metrics == apart.metrics)
        #expect(try model.weights() == other.weights())
    }

    @Test(arguments: [-0.1, 1, 1.5, 1e-17, 0.99, .nan])
    func anInvalidValidationSplitIsRefused(_ share: Double) throws {
        let toy = try ToyData.separable(images: 8)
        #expect(throws: TrainingError.self) { try compiled().fit(toy, validationSplit: share) }
    }

    @Test func invalidArgumentsAreNamedInTheError() throws {
        let toy = try ToyData.separable(images: 8)
        for (argument, fit) in [
            ("validationSplit", { try $0.fit(toy, validation: toy, validationSplit: 0.5) }),
            ("initialEpoch", { try $0.fit(toy, epochs: 2, initialEpoch: 3) }),
            ("initialEpoch", { try $0.fit(toy, epochs: 2, initialEpoch: -1) }),
            ("stepsPerEpoch", { try $0.fit(toy, stepsPerEpoch: 0) }),
        ] as [(String, (Sequential) throws -> History)] {
            let error = #expect(throws: TrainingError.self) { try fit(compiled()) }
            #expect("\(try #require(error))".hasPrefix("\(argument) is "))
        }
    }

    /// A model with a learning rate of 1e30, whose loss is not finite after the first step.
    private func exploding() throws -> Sequential {
        let model = try Sequential(input: [8, 8, 3], seed: 1, threads: 2) {
            Flatten()
            Dense(16, activation: .relu)
            Dense(4, activation: .softmax)
        }
        try model.compile(optimizer: SGD(learningRate: 1e30))
        return model
    }

    @Test func terminateOnNaNEndsTheTrainingWithoutAnError() throws {
        let toy = try ToyData.separable(images: 24)
        #expect(throws: TrainingError.self) { try exploding().fit(toy, batchSize: 8, epochs: 3) }

        let terminating = TerminateOnNaN()
        let ended = try exploding()
        var ends = 0
        let watch = LambdaCallback(onTrainEnd: { _ in ends += 1 })
        let history = try ended.fit(
            toy, batchSize: 8, epochs: 3, callbacks: [terminating, watch])
        #expect(history.epochs == 1)
        #expect(try #require(history["loss"].first).isFinite == false)
        #expect(terminating.stoppedBatch == 1)
        #expect(ends == 1)
        #expect(ended.stopTraining)
    }

    @Test func aCustomCallbackMayEndATrainingWithANonFiniteLoss() throws {
        final class Watch: Callback {
            let terminatesOnNaN = true
            var weights: [[NamedTensor]] = []
            func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
                weights.append(try run.model.weights())
                run.model.stopTraining = logs["loss"]?.isFinite == false
            }
        }
        let watch = Watch()
        let history = try exploding().fit(
            try ToyData.separable(images: 24), batchSize: 8, epochs: 3, callbacks: [watch])
        #expect(history["loss"].map(\.isFinite) == [false])
        // The step with that loss was not taken.
        #expect(watch.weights.count == 2 && watch.weights[0] == watch.weights[1])
    }

    @Test func aCallbackMayStopATrainingAfterAnyStep() throws {
        var steps: [Int] = []
        let stop = LambdaCallback(onBatchEnd: { step, _, run in
            steps.append(step)
            run.model.stopTraining = step == 2
        })
        let history = try train(
            try ToyData.separable(images: 24), epochs: 5, callbacks: [stop]
        ).history
        #expect(steps == [0, 1, 2])
        #expect(history.epochs == 1)
    }
}
