import BigEggs
import Testing

/// Layers fused into one node give the same bits as separate layers.
@Suite struct JointLayersTests {
    private static let precisions = Precision.allCases.filter { $0 == .float32 || GradientTests.hasBFloat16 }

    /// A network's results in training and inference, and the layers that run as separate passes.
    private static func results(
        _ precision: Precision, @LayerBuilder _ layers: () -> [any Layer]
    ) throws -> (values: [[Float]], passes: Set<String>) {
        let images = try Noise(stream: 7).dataset(count: 6, imageShape: [13, 13, 3], classes: 5)
        let model = try Sequential(input: [13, 13, 3], seed: 5, precision: precision) {
            for layer in layers() { layer }
            Flatten()
            Dense(5, activation: .softmax)
        }
        try model.compile(optimizer: SGD(learningRate: 0.05))
        let (loss, gradients) = try model.lossAndGradients(of: images)
        let output = try model.output(of: images, training: false)
        let breakdown = try model.measureSteps(
            on: images, batchSize: 6, steps: 1, training: true, breakdown: true)
        return (
            [[Float(loss)], output] + gradients.map(\.values), Set(breakdown.times?.passes.map(\.layer) ?? [])
        )
    }

    @Test(arguments: precisions)
    func aReLUAfterANormalizationIsFusedIntoIt(precision: Precision) throws {
        func network(_ between: [any Layer]) throws -> (values: [[Float]], passes: Set<String>) {
            try Self.results(precision) {
                Conv2D(20, kernelSize: 3, padding: .same)
                BatchNormalization()
                for layer in between { layer }
                Activation(.relu, name: "first")
                Conv2D(16, kernelSize: 3, padding: .same)
                BatchNormalization(center: false, scale: false)
                for layer in between { layer }
                Activation(.relu, name: "second")
                BatchNormalization()
            }
        }
        let (joint, apart) = (try network([]), try network([Activation(.linear)]))
        #expect(joint.values == apart.values)
        #expect(apart.passes.isSuperset(of: ["first", "second"]))
        #expect(joint.passes.isDisjoint(with: ["first", "second"]))
    }

    @Test(arguments: precisions, [(1, 2), (2, 1), (2, 2), (0, 1)])
    func zeroPaddingAfterAReLUIsFusedIntoThePooling(precision: Precision, zeros: (Int, Int)) throws {
        func network(
            _ function: ActivationFunction, _ between: [any Layer]
        ) throws -> (values: [[Float]], passes: Set<String>) {
            try Self.results(precision) {
                Conv2D(20, kernelSize: 3, padding: .same)
                Activation(function)
                ZeroPadding2D(top: zeros.0, bottom: zeros.1, left: zeros.1, right: zeros.0, name: "zeros")
                for layer in between { layer }
                MaxPooling2D(poolSize: 3, strides: 2)
            }
        }
        let (joint, apart) = (try network(.relu, []), try network(.relu, [Activation(.linear)]))
        #expect(joint.values == apart.values)
        #expect(apart.passes.contains("zeros") && !joint.passes.contains("zeros"))
        // The fused pooling skips the zeros. Without a ReLU, a zero can be the maximum.
        let negative = try network(.linear, [])
        #expect(negative.passes.contains("zeros"))
    }
}
