import BigEggs
import Testing

/// Compares Adam's steps with those of Keras, on stored gradients; see Tests/Peers/fixtures_adam.py.
@Suite struct AdamTests {
    /// The steps after which Keras's parameters were recorded.
    private static let recorded = [0, 1, 9, 49, 99]

    /// Our parameters after each of the recorded steps.
    private func path(start: [Float], gradients: [Float]) -> [[Float]] {
        let count = start.count
        var parameters = start
        var first = [Float](repeating: 0, count: count)
        var second = first
        var path: [[Float]] = []
        for step in 0..<100 {
            AdamPass.run(
                parameters: &parameters, gradients: Array(gradients[step * count..<(step + 1) * count]),
                first: &first, second: &second, count: count, step: step + 1,
                rate: step < 50 ? 1e-3 : 5e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
            if AdamTests.recorded.contains(step) { path.append(parameters) }
        }
        return path
    }

    /// Each of the hundred steps rounds a parameter of up to 1 by up to 6e-8, up or down at random. Keras's
    /// float32 results differ from its float64 results by 2e-7, and ours differ from both by as much.
    @Test func aHundredStepsAgreeWithKeras() throws {
        let tensors = try Safetensors.read(Fixture.path("adam.safetensors"))
        func values(_ name: String) throws -> [Float] {
            try #require(tensors.first { $0.name == name }).values
        }
        let start = try values("start")
        let path = path(start: start, gradients: try values("gradients"))
        #expect(path.count == AdamTests.recorded.count)
        for reference in ["float32", "float64"] {
            let expected = try values(reference)
            #expect(expected.count == path.count * start.count)
            for (found, expected) in zip(path.joined(), expected) {
                #expect(abs(found - expected) < 5e-7, "\(reference)")
            }
        }
        // The first parameter's gradient is always zero.
        #expect(path.allSatisfy { $0[0] == start[0] })
    }

    /// With moments of zero, the first step is the learning rate for any gradient, except for ε:
    /// lr · √(1 − β₂) |g| / (√(1 − β₂) |g| + ε).
    @Test func theFirstStepMovesEveryParameterByTheLearningRate() throws {
        let toy = try ToyData.separable(images: 8)
        let model = try Sequential(input: [8, 8, 3], seed: 1) {
            Flatten()
            Dense(4, activation: .softmax)
        }
        let before = try model.weights()
        let (_, gradients) = try model.lossAndGradients(of: toy)
        try model.compile(optimizer: Adam(learningRate: 0.01))
        try model.fit(toy, batchSize: 8, epochs: 1, shuffle: false)
        let after = try model.weights()
        #expect(gradients.map(\.name) == before.map(\.name))
        for (tensor, (old, new)) in zip(gradients, zip(before, after)) {
            for (index, gradient) in tensor.values.enumerated() {
                let scaled = 0.001.squareRoot() * Double(gradient)
                let expected = -0.01 * scaled / (abs(scaled) + 1e-7)
                // The tolerance covers the rounding of 1 − 0.999 in float32, and of the parameter.
                #expect(abs(Double(new.values[index] - old.values[index]) - expected) < 5e-7)
            }
        }
    }
}
