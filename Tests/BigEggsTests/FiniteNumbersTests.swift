import Foundation
import Testing

import BigEggs

/// Weights, moving statistics and files get only finite numbers.
@Suite struct FiniteNumbersTests {
    private static let shape = [8, 8, 3]
    private static let values = 8 * 8 * 3

    /// Sixteen noisy images as floats from 0 to 1, with one value replaced.
    private func images(_ value: Float = 0.5, at index: Int = 5 * values + 17) throws -> ImageDataset {
        var pixels = Noise(stream: 7).integers(16 * Self.values, below: 256).map { Float($0) / 255 }
        pixels[index] = value
        return try ImageDataset(
            floats: pixels, labels: Labels((0..<16).map { $0 % 4 }), imageShape: Self.shape,
            classNames: ["a", "b", "c", "d"])
    }

    /// A network whose ReLU may turn a NaN into 0, optionally with normalization and pooling after it.
    private func model(_ precision: Precision, normalized: Bool = false, pooled: Bool = true) throws
        -> Sequential
    {
        let model = try Sequential(input: Self.shape, seed: 2, precision: precision, threads: 2) {
            Conv2D(8, kernelSize: 3, activation: .relu)
            if normalized { BatchNormalization() }
            if pooled { MaxPooling2D() }
            Flatten()
            Dense(4, activation: .softmax)
        }
        try model.compile(optimizer: Adam())
        return model
    }

    private static let precisions = Precision.allCases.filter { $0 == .float32 || GradientTests.hasBFloat16 }

    // MARK: Pixels

    @Test(arguments: precisions, [Float.nan, -.nan, .infinity, -.infinity])
    func aNonFinitePixelIsRefusedWithItsImageAndNoWeightChanges(
        _ precision: Precision, _ value: Float
    ) throws {
        let bad = try images(value)
        for (normalized, pooled) in [(false, true), (false, false), (true, true)] {
            let model = try model(precision, normalized: normalized, pooled: pooled)
            let before = try model.weights()
            func refuses(_ purpose: String, _ body: () throws -> Void) {
                let error = #expect(throws: TrainingError.self) { try body() }
                guard case .pixelNotFinite(purpose, 5, let found) = error else {
                    Issue.record("another error: \(String(describing: error))")
                    return
                }
                #expect(found.isNaN == value.isNaN && !found.isFinite)
            }
            refuses("training") { try model.fit(bad, batchSize: 4, epochs: 3) }
            refuses("training") { try model.fit(bad, validationSplit: 0.25) }
            refuses("validation") { try model.fit(try images(), validation: bad, epochs: 3) }
            refuses("training") { _ = try model.trainOnBatch(bad) }
            refuses("evaluation") { _ = try model.evaluate(bad) }
            refuses("prediction") { _ = try model.predict(bad) }
            refuses("explanation") {
                _ = try model.gradCAM(bad, classes: [Int](repeating: 0, count: 16))
            }
            #expect(try model.weights() == before)
        }
    }

    /// The scan reads sixteen numbers at a time, on several threads.
    @Test(arguments: [0, 15, 16, 8 * values - 1, 8 * values, 16 * values - 1])
    func aNonFinitePixelIsFoundAtAnyPosition(_ index: Int) throws {
        let bad = try images(.infinity, at: index)
        let expected = TrainingError.pixelNotFinite(
            purpose: "prediction", image: index / Self.values, value: .infinity)
        #expect(throws: expected) { try model(.float32).predict(bad) }
    }

    @Test(arguments: 0..<20)
    func theScanChecksAllValuesOfAnyCount(_ count: Int) {
        for bad in 0..<count {
            var values = [Float](repeating: -.greatestFiniteMagnitude, count: count)
            #expect(FiniteScan.isFinite(values, count: count))
            #expect(!FiniteScan.hasFiniteSquares(values, count: count))
            values[bad] = .infinity
            #expect(!FiniteScan.isFinite(values, count: count))
        }
    }

    /// 2⁶⁴ is the first number whose square is infinite in float32.
    @Test func aSquareIsFiniteBelowTwoToTheSixtyFour() {
        for sign: Float in [1, -1] {
            #expect(FiniteScan.hasFiniteSquares([sign * Float(0x1p64).nextDown], count: 1))
            #expect(!FiniteScan.hasFiniteSquares([sign * 0x1p64], count: 1))
        }
        #expect((Float(0x1p64).nextDown * Float(0x1p64).nextDown).isFinite)
        #expect(!(Float(0x1p64) * Float(0x1p64)).isFinite)
    }

    @Test(arguments: [Float.nan, .infinity])
    func aNonFiniteRescaleFactorIsRefused(_ factor: Float) throws {
        let bytes = try ToyData.separable(images: 8).rescaled(factor)
        #expect(throws: TrainingError.self) { try ToyData.model().predict(bytes) }
    }

    // MARK: Statistics and gradients

    /// A variance of 1e60 is infinite in float32, and 1 ÷ √∞ is 0, so that the loss stays finite.
    @Test(arguments: precisions, [Float(1e30), 1e25, -3e37])
    func anOverflowingVarianceIsRefusedWithItsLayersName(_ precision: Precision, _ value: Float) throws {
        let model = try model(precision, normalized: true)
        let before = try model.weights()
        let large = try images(value)
        for attempt in [{ _ = try model.fit(large, batchSize: 16) }, { _ = try model.trainOnBatch(large) }] {
            let error = #expect(throws: TrainingError.self) { try attempt() }
            #expect(
                error?.description.contains("batch_normalization was not finite in step 1")
                    == true,
                "\(String(describing: error))")
            #expect(try model.weights() == before)
        }
    }

    /// Without batch normalization, the loss may be finite although Adam's second moment is not.
    @Test(arguments: precisions)
    func anOverflowingGradientIsRefusedWithItsParametersName(_ precision: Precision) throws {
        let model = try Sequential(input: Self.shape, seed: 2, precision: precision, threads: 2) {
            Flatten()
            Dense(4, activation: .softmax)
        }
        try model.compile(optimizer: Adam())
        let before = try model.weights()
        let large = try ImageDataset(
            floats: [Float](repeating: 1e30, count: 16 * Self.values),
            labels: Labels((0..<16).map { $0 % 4 }),
            imageShape: Self.shape, classNames: ["a", "b", "c", "d"])
        let error = #expect(throws: TrainingError.self) { try model.fit(large, batchSize: 16) }
        #expect(
            error?.description.contains("the gradient of dense/kernel was not finite") == true,
            "\(String(describing: error))")
        #expect(try model.weights() == before)
        #expect(try model.optimizerState().step == 0)
        #expect(try model.optimizerState().second.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
    }

    /// A refused step's batch statistics do not enter the moving statistics.
    @Test func aRefusedStepLeavesMovingStatisticsFinite() throws {
        final class Exploder: Callback {
            var kept: [NamedTensor] = []
            func onBatchEnd(_ batch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
                if batch == 0 { run.model.learningRate = 1e38 }
                if batch == 1 { kept = try run.model.weights() }
            }
        }
        let model = try ToyData.model()
        try model.compile(optimizer: SGD(learningRate: 0.01))
        let exploder = Exploder()
        #expect(throws: TrainingError.self) {
            try model.fit(
                try ToyData.separable(images: 64), batchSize: 8, epochs: 2, shuffle: false,
                callbacks: [exploder])
        }
        #expect(!exploder.kept.isEmpty)
        let statistics = { (tensors: [NamedTensor]) in tensors.filter { $0.name.contains("moving") } }
        #expect(statistics(try model.weights()).allSatisfy(\.isFinite))
    }

    // MARK: Files

    @Test func nonFiniteWeightsAreNotSaved() throws {
        try withTemporaryDirectory { directory in
            let model = try model(.float32)
            let path = "\(directory)/weights.safetensors"
            try model.saveWeights(to: path)
            let good = try Data(contentsOf: URL(fileURLWithPath: path))
            model.learningRate = .infinity
            _ = try model.trainOnBatch(try images())
            #expect(throws: TrainingError.weightsNotSaved(name: "conv2d/kernel", file: path)) {
                try model.saveWeights(to: path)
            }
            #expect(throws: TrainingError.self) {
                try ModelCheckpoint(path).onEpochEnd(
                    0, ["loss": 1, "val_loss": 1],
                    TrainingRun(model: model, epochs: 1, steps: 1, batchSize: 16, firstEpoch: 0))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == good)
        }
    }
}
