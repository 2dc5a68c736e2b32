import BigEggs
import Testing

@Suite struct RecomputationTests {
    /// The GELU's output takes 105 MB for 100 images and is recomputed for the backward pass; for 50 images it is kept.
    @Test func recomputedActivationsGiveTheSameGradients() throws {
        let side = 128
        var state: UInt32 = 1
        let bytes = (0..<100 * side * side).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let images = try ImageDataset(
            images: bytes, labels: Labels((0..<100).map { Int32($0 % 4) }), imageShape: [side, side, 1],
            classNames: (0..<4).map(String.init)
        ).rescaled()
        func model() throws -> Sequential {
            let model = try Sequential(input: [side, side, 1], seed: 3) {
                Conv2D(16, kernelSize: 1)
                Activation(.gelu)
                for _ in 0..<3 { Conv2D(16, kernelSize: 3, padding: .same, activation: .relu) }
                GlobalAveragePooling2D()
                Dense(4, activation: .softmax)
            }
            try model.compile(optimizer: SGD())
            return model
        }
        let (whole, half) = (try model(), try model())
        let (loss, gradients) = try whole.lossAndGradients(of: images)
        let halves = try [0..<50, 50..<100].map { try half.lossAndGradients(of: images[$0]) }
        #expect(abs(loss - (halves[0].loss + halves[1].loss) / 2) < 1e-6)
        for (number, gradient) in gradients.enumerated() {
            let largest = gradient.values.map(\.magnitude).max() ?? 0
            for (index, value) in gradient.values.enumerated() {
                let mean =
                    (halves[0].gradients[number].values[index] + halves[1].gradients[number].values[index])
                    / 2
                // A gradient is a sum over 1.6 million pixels whose terms nearly cancel.
                #expect(abs(value - mean) <= 5e-3 * largest, "\(gradient.name) at \(index)")
            }
        }
        // With 100 images, all but the GELU's output is kept between the passes. That is twice the memory of
        // 50 images, minus up to 105 MB.
        #expect(whole.workspaceBytes < 2 * half.workspaceBytes - 50_000_000)
    }
}
