import BigEggs
import Foundation
import Testing

@Suite struct WeightAveragingTests {
    private static let images: ImageDataset = {
        let labels: [Int32] = (0..<40).map { Int32($0 % 4) }
        let pixels: [UInt8] = (0..<40 * 48).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 48 % 4 * 50) }
        guard
            let images = try? ImageDataset(
                images: pixels, labels: Labels(labels), imageShape: [4, 4, 3],
                classNames: ["a", "b", "c", "d"])
        else { preconditionFailure("the sizes agree") }
        return images.rescaled()
    }()

    /// Three epochs of five steps, with batch normalization, Adam and validation.
    private func train(
        _ callbacks: [any Callback], checkpoints: Checkpoints? = nil, interruption: Interruption? = nil
    ) throws -> (model: Sequential, history: History) {
        let model = try Sequential(input: [4, 4, 3], seed: 5, threads: 1) {
            Flatten()
            Dense(16, activation: .relu)
            BatchNormalization(momentum: 0.9)
            Dense(4, activation: .softmax)
        }
        try model.compile(optimizer: Adam(learningRate: 0.01))
        let history = try model.fit(
            Self.images, validation: Self.images.prefix(20), batchSize: 8, epochs: 3, callbacks: callbacks,
            checkpoints: checkpoints, interruption: interruption)
        return (model, history)
    }

    /// A callback that calls `body` after every step with the step's number, from 1 over all epochs.
    private func afterStep(_ body: @escaping (Int, TrainingRun) throws -> Void) -> LambdaCallback {
        var step = 0
        return LambdaCallback(onBatchEnd: { _, _, run in
            step += 1
            try body(step, run)
        })
    }

    /// One training is stopped in the second epoch; the others run to the end. The recorder is the first
    /// callback, so it sees the weights before the average replaces them.
    @Test(arguments: [(1, 15), (3, 15), (3, 7)])
    func theModelEndsWithTheMovingAverageOfItsWeights(interval: Int, last: Int) throws {
        var steps: [[NamedTensor]] = []
        let recorder = afterStep { step, run in
            steps.append(try run.model.weights())
            run.model.stopTraining = step == last
        }
        let (model, _) = try train([recorder, WeightAveraging(momentum: 0.8, interval: interval)])
        let stopper = afterStep { step, run in run.model.stopTraining = step == last }
        let (plain, _) = try train([stopper])
        #expect(steps.count == last)
        #expect(try plain.weights() == steps.last, "the average does not change the training")

        var (average, looked) = ([[Double]](), 0)
        for (index, tensors) in steps.enumerated() {
            let step = index + 1
            guard step.isMultiple(of: interval) || step.isMultiple(of: 5) || step == last else { continue }
            let share = 1 - pow(min(0.8, Double(1 + step) / Double(10 + step)), Double(step - looked))
            looked = step
            let values = tensors.map { $0.values.map(Double.init) }
            average =
                average.isEmpty
                ? values
                : zip(average, values).map { zip($0, $1).map { $0 + share * ($1 - $0) } }
        }
        let ended = try model.weights().map { $0.values.map(Double.init) }
        let distance = zip(ended.joined(), average.joined()).map { ($0 - $1).magnitude }.max()
        #expect(try #require(distance) < 1e-5)
    }

    @Test func validationUsesTheAveragedWeights() throws {
        var losses: [Double] = []
        let evaluating = LambdaCallback(onEpochEnd: { _, _, run in
            losses.append(try run.model.evaluate(Self.images.prefix(20), batchSize: 8).loss)
        })
        let (_, history) = try train([WeightAveraging(momentum: 0.8), evaluating])
        #expect(history["val_loss"] == losses)
        #expect(try train([]).history["val_loss"] != losses)
    }

    @Test(arguments: [-0.1, 1, .nan])
    func anInvalidMomentumIsRefused(momentum: Double) {
        #expect(throws: TrainingError.self) { try train([WeightAveraging(momentum: momentum)]) }
    }

    /// Interrupts within an epoch, after an epoch's last step, and after the training's last step.
    @Test(arguments: [1, 4, 5, 7, 10, 15])
    func anInterruptedTrainingResumesToTheSameAverage(step: Int) throws {
        let directory = try TemporaryDirectory()
        let (undisturbed, _) = try train([WeightAveraging(momentum: 0.8, interval: 2)])
        let interruption = Interruption()
        let interrupter = afterStep { number, _ in if number == step { interruption.request() } }
        #expect(throws: TrainingInterrupted.self) {
            try train(
                [WeightAveraging(momentum: 0.8, interval: 2), interrupter],
                checkpoints: Checkpoints(in: directory.path), interruption: interruption)
        }
        let (resumed, _) = try train(
            [WeightAveraging(momentum: 0.8, interval: 2)],
            checkpoints: Checkpoints(in: directory.path, unfinished: .resume))
        #expect(try resumed.weights() == undisturbed.weights())
    }
}
