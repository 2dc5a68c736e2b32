import BigEggs
import Testing

/// Two epochs of training give the same bits on any number of threads, even on more threads than processors.
@Suite(.serialized) struct ThreadCountTests {
    /// Weights, statistics, the optimizer's state, history and predictions.
    private struct Result: Equatable {
        let state: [String: [UInt32]]
        let metrics: [String: [Double]]
        let trace: TrainingTrace
        let predictions: [UInt32]
    }

    private static let precisions: [Precision] =
        DNNL.instructionSet.hasBFloat16 ? [.float32, .bfloat16] : [.float32]
    private static let threads = [2, 3, 4, 7]

    /// Trains with augmentation and validation, in batches of 20, 20 and 8 images, and predicts.
    private func train(_ model: Model, _ optimizer: any Optimizer) throws -> Result {
        try model.compile(optimizer: optimizer, loss: .categoricalCrossentropy(labelSmoothing: 0.1))
        let images = try ToyData.separable(images: 48, imageShape: model.inputShape)
        let history = try model.fit(
            images, validation: images.prefix(17), batchSize: 20, epochs: 2,
            augmentation: ImageDataGenerator(rotationRange: 15, zoomRange: 0.1))
        let predictions = try model.predict(images, batchSize: 20)
        return Result(
            state: try model.state().tensors.bits, metrics: history.metrics,
            trace: history.trace, predictions: (0..<48).flatMap { predictions[$0].map(\.bitPattern) })
    }

    private func compare(
        _ precision: Precision, _ optimizer: any Optimizer = Adam(), _ model: (Int) throws -> Model
    ) throws {
        let one = try train(try model(1), optimizer)
        for threads in Self.threads {
            let other = try train(try model(threads), optimizer)
            let different = one.state.keys.filter { one.state[$0] != other.state[$0] }.sorted()
            #expect(different == [], "\(precision) on \(threads) threads")
            #expect(one.metrics == other.metrics && one.trace == other.trace)
            #expect(one.predictions == other.predictions)
        }
    }

    @Test(arguments: precisions)
    func theReportsNetworkIsBitIdenticalOnAnyThreadCount(precision: Precision) throws {
        try compare(precision) { threads in
            try Sequential(input: [32, 32, 3], seed: 3, precision: precision, threads: threads) {
                reportLayers(classes: 4, dropout: true)
            }
        }
    }

    /// A graph with convolutions that oneDNN computes, clipping by a global norm, and Muon's matrix products.
    @Test(arguments: precisions)
    func aResidualNetworkIsBitIdenticalOnAnyThreadCount(precision: Precision) throws {
        let rest = AdamW(learningRate: 1e-3)
        try compare(precision, SGD(learningRate: 0.01, momentum: 0.9, clipping: .globalNorm(1))) { threads in
            let images = Input([16, 16, 3])
            var x = Conv2D(32, kernelSize: 3, padding: .same)(images)
            let branch = Conv2D(48, kernelSize: 1, strides: 2)(x)
            x = SeparableConv2D(48, kernelSize: 3, padding: .same, activation: .gelu)(x)
            x = DepthwiseConv2D(kernelSize: 3, strides: 2, padding: .same)(x)
            x = LayerNormalization()(Add()(x, branch))
            x = Conv2D(32, kernelSize: 5, strides: 2, padding: .same, activation: .silu)(x)
            x = GlobalAveragePooling2D()(AveragePooling2D(poolSize: 2)(x))
            return try Model(
                input: images, output: Dense(4, activation: .softmax)(Dense(40)(x)), seed: 4,
                precision: precision, threads: threads)
        }
        let muon = try muonState(threads: 1, precision, rest)
        for threads in Self.threads { #expect(try muonState(threads: threads, precision, rest) == muon) }
    }

    private func muonState(
        threads: Int, _ precision: Precision, _ rest: AdamW
    ) throws -> [String: [UInt32]] {
        let model = try ToyData.model(threads: threads, precision: precision)
        try model.compile(optimizer: Muon()) { $0.hasSuffix("/kernel") ? nil : rest }
        try model.fit(try ToyData.separable(images: 24), batchSize: 8, epochs: 1)
        return try model.state().tensors.bits
    }
}
