import BigEggs
import MessagePassing
import Testing

/// Batches that are divided into a fixed number of parts.
@Suite struct FixedPartsTests {
    private static let precisions: [Precision] =
        DNNL.instructionSet.hasBFloat16 ? [.float32, .bfloat16] : [.float32]

    /// A network without batch normalization and dropout, in which no sample affects another.
    private func model(_ precision: Precision, parts: Int?, threads: Int = 2) throws -> Model {
        let images = Input([12, 12, 3])
        let stem = Conv2D(16, kernelSize: 2, kernelTrainable: false)(images)
        var x = Conv2D(40, kernelSize: 3, padding: .same)(Activation(.gelu)(stem))
        x = LayerNormalization()(MaxPooling2D()(x))
        x = SeparableConv2D(32, kernelSize: 3, padding: .same, activation: .relu)(x)
        x = DepthwiseConv2D(kernelSize: 3, padding: .same)(x)
        x = AveragePooling2D()(Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)(x))
        x = Conv2D(32, kernelSize: 3, padding: .same)(x)
        x = Dense(40, activation: .relu)(Flatten()(x))
        let model = try Model(
            input: images, output: Dense(4, activation: .softmax)(x), seed: 4, precision: precision,
            threads: threads)
        try model.use(fixedParts: parts)
        try model.compile(optimizer: SGD(learningRate: 0.1))
        return model
    }

    /// The loss is the mean over the images, so the gradient of 8 equal parts is the sum of their gradients
    /// divided by 8. Division by a power of two is exact.
    @Test(arguments: precisions)
    func aGradientIsTheTreeSumOfTheGradientsOfTheParts(precision: Precision) throws {
        let images = try ToyData.separable(images: 24, imageShape: [12, 12, 3])
        let whole = try model(precision, parts: 8).lossAndGradients(of: images).gradients
        let parts = try (0..<8).map {
            try model(precision, parts: 1).lossAndGradients(of: images[$0 * 3..<$0 * 3 + 3]).gradients
        }
        for (number, gradient) in whole.enumerated() {
            var rows = parts.flatMap { $0[number].values }
            let count = gradient.values.count
            rows.withUnsafeMutableBufferPointer { rows in
                guard let first = rows.baseAddress else { return }
                TreeSum.addUp(first, rows: 8, count: count, stride: count)
            }
            // In bfloat16, the gradient of the loss is divided before it is rounded. This gives the same bits
            // as division after rounding.
            let sum = rows[..<count].map { ($0 / 8).bitPattern }
            #expect(sum == gradient.values.map(\.bitPattern), "\(gradient.name)")
        }
    }

    /// Two of the batches have fewer images than parts.
    @Test(arguments: [(21, 8), (5, 8), (1, 4)])
    func partsChangeGradientsOnlyByRounding(count: Int, parts: Int) throws {
        let images = try ToyData.separable(images: count, imageShape: [12, 12, 3])
        let divided = try model(.float32, parts: parts).lossAndGradients(of: images)
        let whole = try model(.float32, parts: nil).lossAndGradients(of: images)
        #expect(abs(divided.loss - whole.loss) < 1e-6)
        for (one, other) in zip(divided.gradients, whole.gradients) {
            let largest = other.values.lazy.map(abs).max() ?? 0
            for (a, b) in zip(one.values, other.values) {
                #expect(abs(a - b) <= 1e-5 * largest, "\(one.name)")
            }
        }
    }

    @Test(arguments: precisions) func resultsDoNotDependOnThreads(precision: Precision) throws {
        let images = try ToyData.separable(images: 45, imageShape: [8, 8, 3])
        let states = try [1, 2, 3, 7].map { threads in
            let model = try ToyData.model(threads: threads, precision: precision)
            try model.use(fixedParts: 8)
            try model.compile(optimizer: Adam())
            try model.fit(images, batchSize: 20, epochs: 2)
            return try model.state().tensors.bits
        }
        for state in states { #expect(state == states[0]) }
    }

    @Test func aRestoredModelKeepsItsFixedParts() throws {
        let images = try ToyData.separable(images: 20)
        func step(_ model: Model) throws -> [String: [UInt32]] {
            try model.fit(images, batchSize: 10, epochs: 1)
            return try model.state().tensors.bits
        }
        func fresh() throws -> Model {
            let model = try ToyData.model()
            try model.compile(optimizer: Adam())
            return model
        }
        let model = try fresh()
        try model.use(fixedParts: 4)
        _ = try step(model)
        let copy = try fresh()
        try copy.restore(try model.state(), source: "a copy")
        #expect(copy.fixedParts == 4)
        #expect(try step(copy) == step(model))
    }

    /// The weights' memory layouts depend on the first plan. Here Grad-CAM makes it, before any training.
    @Test func aCopyOfAModelThatFirstExplainedAPredictionHasItsBits() throws {
        let images = try ToyData.separable(images: 20)
        func fresh() throws -> Model {
            let model = try ToyData.model()
            try model.use(fixedParts: 4)
            try model.compile(optimizer: Adam())
            return model
        }
        let model = try fresh()
        _ = try model.gradCAM(images[0..<7], classes: [Int](repeating: 1, count: 7))
        let copy = try fresh()
        try copy.restore(try model.state(), source: "a copy")
        for each in [model, copy] { try each.fit(images, batchSize: 10, epochs: 1) }
        #expect(try copy.state().tensors.bits == model.state().tensors.bits)
    }

    @Test(arguments: [0, -8, 3, 12, 2048]) func unsupportedPartCountsAreRefused(parts: Int) throws {
        let model = try ToyData.model()
        #expect(throws: TrainingError.self) { try model.use(fixedParts: parts) }
        #expect(model.fixedParts == nil)
    }

    @Test func fixedPartsCannotChangeAfterTheModelHasRun() throws {
        let model = try ToyData.model()
        _ = try model.predict(try ToyData.separable(images: 4))
        try model.use(fixedParts: nil)
        let error = #expect(throws: TrainingError.self) { try model.use(fixedParts: 8) }
        #expect(error?.description.contains("fixedParts is 8 after the model has run") == true)
        #expect(model.fixedParts == nil)
    }
}
