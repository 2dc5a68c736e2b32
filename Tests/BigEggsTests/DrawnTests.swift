import BigEggs
import Foundation
import Testing

/// Every training of a model draws new image orders, transformations and dropout masks.
@Suite struct DrawnTests {
    private func compiled() throws -> Sequential {
        let model = try ToyData.model()
        try model.compile(optimizer: Adam(learningRate: 0.01))
        return model
    }

    private func fit(
        _ model: Sequential, epochs: Int = 1, initialEpoch: Int? = nil, checkpoints: Checkpoints? = nil,
        interruption: Interruption? = nil, callbacks: [any Callback] = []
    ) throws -> History {
        try model.fit(
            try ToyData.separable(images: 18), batchSize: 4, epochs: epochs, initialEpoch: initialEpoch,
            augmentation: ImageDataGenerator(rotationRange: 20), callbacks: callbacks,
            checkpoints: checkpoints, interruption: interruption)
    }

    @Test func threeOneEpochTrainingsEqualOneOfThreeEpochs() throws {
        let (whole, parts) = (try compiled(), try compiled())
        let history = try fit(whole, epochs: 3)
        let losses = try (0..<3).flatMap { _ in try fit(parts)["loss"] }
        #expect(losses == history["loss"])
        #expect(try parts.weights() == whole.weights())
    }

    @Test func anInitialEpochRepeatsTheRandomDrawsOfThatEpoch() throws {
        // The learning rate is too small to change a weight, so the losses depend only on the random draws.
        func measured(_ fits: [(epochs: Int, initialEpoch: Int?)]) throws -> [Double] {
            let model = try Sequential(input: [8, 8, 3], seed: 3, threads: 1) {
                Flatten()
                Dense(ToyData.classes, activation: .softmax)
            }
            try model.compile(optimizer: SGD(learningRate: 1e-30))
            return try fits.flatMap {
                try fit(model, epochs: $0.epochs, initialEpoch: $0.initialEpoch)["loss"]
            }
        }
        let epochs = try measured([(3, nil)])
        #expect(Set(epochs).count == 3)
        let asked = try measured([(1, 0), (1, 0), (3, 2), (1, nil)])
        #expect(asked == [epochs[0], epochs[0], epochs[2]] + (try measured([(4, nil)]).suffix(1)))
    }

    @Test func recompilingDoesNotRepeatDropoutMasks() throws {
        func losses(_ recompiles: Bool) throws -> [Double] {
            let model = try Sequential(input: [8, 8, 3], seed: 3, threads: 1) {
                Flatten()
                Dropout(0.5)
                Dense(ToyData.classes, activation: .softmax)
            }
            try model.compile(optimizer: SGD(learningRate: 1e-30))
            return try (0..<3).flatMap { _ in
                defer { if recompiles { try? model.compile(optimizer: SGD(learningRate: 1e-30)) } }
                return try model.fit(
                    try ToyData.separable(images: 18), batchSize: 4, shuffle: false)["loss"]
            }
        }
        #expect(try losses(true) == losses(false))
        #expect(Set(try losses(true)).count == 3)
    }

    /// A new model, which has not run the first training, resumes the second one.
    @Test(arguments: [1, 4, 7]) func aSecondTrainingResumesBitIdentically(_ step: Int) throws {
        let undisturbed = try compiled()
        _ = try fit(undisturbed)
        let history = try fit(undisturbed, epochs: 2)
        try withTemporaryDirectory { directory in
            let checkpoints = Checkpoints(in: directory, unfinished: .resume)
            let model = try compiled()
            _ = try fit(model)
            let interruption = Interruption()
            var steps = 0
            let stop = LambdaCallback(onBatchEnd: { _, _, _ in
                steps += 1
                if steps == step { interruption.request() }
            })
            #expect(throws: TrainingInterrupted.self) {
                try fit(
                    model, epochs: 2, checkpoints: checkpoints, interruption: interruption, callbacks: [stop])
            }
            let fresh = try compiled()
            #expect(try fit(fresh, epochs: 2, checkpoints: checkpoints)["loss"] == history["loss"])
            #expect(try fresh.weights() == undisturbed.weights())
            // In their next training, both models draw the same random numbers.
            #expect(try fit(fresh).metrics == fit(undisturbed).metrics)
        }
    }
}
