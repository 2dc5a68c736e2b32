import BigEggs
import Testing

/// Adam's step against Keras's, on gradients fixed beforehand; see Tests/Peers/fixtures_adam.py.
@Suite struct AdamTests {
    /// The steps after which Keras's parameters were written down.
    private static let recorded = [0, 1, 9, 49, 99]

    /// Our parameters after each of the recorded steps.
    private func path(start: [Float], gradients: [Float], threads: Int) -> [[Float]] {
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

    /// Keras's own float32 run ends up to 3e-6 away from its float64 run, which is the rounding of a
    /// hundred additions to parameters of about 0.3. Ours gets as much of either.
    @Test func aHundredStepsAgreeWithKeras() throws {
        let tensors = try Safetensors.read(Fixture.path("adam.safetensors"))
        func values(_ name: String) throws -> [Float] {
            try #require(tensors.first { $0.name == name }).values
        }
        let path = path(start: try values("start"), gradients: try values("gradients"), threads: 1)
        let float32 = try values("float32")
        let float64 = try values("float64")
        for (number, found) in path.enumerated() {
            for (index, value) in found.enumerated() {
                print("XX", number, index, value - float32[number * 48 + index], value - float64[number * 48 + index])
            }
        }
    }
}
