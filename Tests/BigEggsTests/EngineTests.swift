import BigEggs
import Testing

/// Earlier runs do not change results, and the batch size changes them only by rounding. See ``ThreadCountTests`` for
/// the number of threads.
@Suite struct EngineTests {
    @Test func theNumberOfThreadsMayChangeBetweenCalls() throws {
        let toy = try ToyData.separable(images: 13)
        let model = try ToyData.model(threads: 2)
        let first = try model.predict(toy)
        try model.use(threads: 1)
        #expect(model.threads == 1)
        #expect(model.engineDescription.threads == 1)
        #expect(try model.predict(toy) == first)
        try model.use(threads: 2)
        #expect(try model.predict(toy) == first)
    }

    /// Plans of different batch sizes share one workspace, which is reallocated when a plan needs more.
    @Test func otherBatchSizesDoNotChangeAPrediction() throws {
        let toy = try ToyData.separable(images: 64)
        let model = try ToyData.model()
        let few = try model.predict(toy.prefix(3))
        let many = try model.predict(toy, batchSize: 64)
        #expect(try model.predict(toy.prefix(3)) == few)
        _ = try model.lossAndGradients(of: toy.prefix(17))
        // The moving statistics have changed, so the comparison is with a fresh model of the same weights.
        let fresh = try ToyData.model()
        try fresh.setWeights(try model.weights())
        #expect(try model.predict(toy, batchSize: 64) == fresh.predict(toy, batchSize: 64))
        #expect(try model.predict(toy, batchSize: 64) != many)
        for (index, value) in few.probabilities.enumerated() {
            #expect(abs(value - many.probabilities[index]) < 1e-6)
        }
    }

    @Test func predictingBeforeTrainingDoesNotChangeTheTraining() throws {
        let toy = try ToyData.separable(images: 20)
        let weights = try [false, true].map { predictsFirst in
            let model = try ToyData.model()
            try model.compile()
            if predictsFirst { _ = try model.predict(toy, batchSize: 7) }
            try model.fit(toy, batchSize: 8, epochs: 2)
            return try model.weights()
        }
        #expect(weights[0] == weights[1])
    }

    /// Many passes read copies of the kernels in another layout, precision or transform. New weights must reach the
    /// copies.
    @Test(
        arguments: Precision.allCases.filter { $0 == .float32 || GradientTests.hasBFloat16 }, [false, true])
    func newWeightsReachEveryPass(in precision: Precision, allowsWinograd: Bool) throws {
        let toy = try ToyData.separable(images: 9)
        let (used, fresh) = (try ToyData.model(precision: precision), try ToyData.model(precision: precision))
        for model in [used, fresh] { model.allowsWinograd = allowsWinograd }
        _ = try used.lossAndGradients(of: toy)
        _ = try used.predict(toy)
        let others = try ToyData.model(seed: 77).weights()
        for model in [used, fresh] { try model.setWeights(others) }
        #expect(try used.predict(toy) == fresh.predict(toy))
        let (found, expected) = (try used.lossAndGradients(of: toy), try fresh.lossAndGradients(of: toy))
        #expect(found.loss == expected.loss)
        #expect(found.gradients == expected.gradients)
    }

    @Test func trainingAnotherModelInBetweenDoesNotChangeTheWeights() throws {
        let toy = try ToyData.separable(images: 20)
        let alone = try ToyData.model(seed: 1)
        try alone.compile()
        try alone.fit(toy, batchSize: 8, epochs: 2)

        let (first, second) = (try ToyData.model(seed: 1), try ToyData.model(seed: 2))
        try first.compile()
        try second.compile()
        let interrupter = Interrupter { try second.fit(toy, batchSize: 16) }
        try first.fit(toy, batchSize: 8, epochs: 2, callbacks: [interrupter])
        #expect(interrupter.calls == 2)
        #expect(try first.weights() == alone.weights())
    }

    @Test func theEngineDescriptionListsTheAlgorithms() throws {
        let model = try ToyData.model()
        #expect(model.engineDescription.algorithms.isEmpty)
        _ = try model.lossAndGradients(of: try ToyData.separable(images: 4))
        let description = model.engineDescription
        #expect(description.precision == .float32)
        #expect(description.threads == 2)
        #expect(description.oneDNN.split(separator: ".").count == 3)
        let passes = description.algorithms.filter { $0.layer == "conv2d_1" }.map(\.pass)
        #expect(passes == ["forward", "backward data", "backward weights"])
        // Nothing needs the gradient of the pixels.
        #expect(
            description.algorithms.filter { $0.layer == "conv2d" }.map(\.pass)
                == ["forward", "backward weights"])
        // oneDNN's reference code is hundreds of times slower and must not run where oneDNN has other code.
        if DNNL.instructionSet > .sse41 {
            #expect(description.algorithms.allSatisfy { !$0.algorithm.hasPrefix("ref") })
        }
    }
}

/// Calls `body` at the end of every epoch.
private final class Interrupter: Callback {
    private let body: () throws -> Void
    private(set) var calls = 0

    init(_ body: @escaping () throws -> Void) { self.body = body }

    func onEpochEnd(_ epoch: Int, _ logs: [String: Double], _ run: TrainingRun) throws {
        calls += 1
        try body()
    }
}
