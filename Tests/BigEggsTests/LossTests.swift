import BigEggs
import Foundation
import Testing

/// Compares losses of smoothed labels and top-k accuracies with Keras; see Tests/Peers/fixtures_losses.py.
@Suite struct LossTests {
    private func fixture() throws -> Record { try Record.read(Fixture.path("losses.json")) }

    /// A network whose logits are the values of the image.
    private func identity(_ classes: Int, _ loss: Loss, _ metrics: [SparseTopKCategoricalAccuracy] = [])
        throws -> Sequential
    {
        let model = try Sequential(input: [1, 1, classes]) {
            Flatten()
            Dense(classes, activation: .softmax)
        }
        try model.compile(loss: loss, metrics: metrics)
        try model.setWeights(
            try model.weights().map { tensor in
                var tensor = tensor
                for index in tensor.values.indices {
                    tensor.values[index] = tensor.name == "dense/kernel" && index % (classes + 1) == 0 ? 1 : 0
                }
                return tensor
            })
        return model
    }

    private func images(_ fixture: Record) throws -> (dataset: ImageDataset, classes: Int) {
        let logits = try #require(fixture["logits"]?.matrix)
        let classes = try #require(logits.first).count
        return (
            try ImageDataset(
                images: logits.joined().map { UInt8($0) },
                labels: Labels(try #require(fixture["labels"]?.integers).map { Int32($0) }),
                imageShape: [1, 1, classes], classNames: (0..<classes).map { "\($0)" }
            ).rescaled(Float(try #require(fixture["scale"]?.number))), classes
        )
    }

    @Test func smoothedLossAndItsGradientAgreeWithKeras() throws {
        let fixture = try fixture()
        let (dataset, classes) = try images(fixture)
        let cases = try #require(fixture["smoothed"]?.array)
        #expect(cases.count == 4)
        for example in cases {
            let smoothing = Float(try #require(example["label_smoothing"]?.number))
            let model = try identity(classes, .categoricalCrossentropy(labelSmoothing: smoothing))
            let expected = try #require(example["loss"]?.number)
            let (loss, gradients) = try model.lossAndGradients(of: dataset)
            #expect(abs(loss - expected) < 1e-5 * max(1, expected))
            #expect(abs(try model.evaluate(dataset).loss - expected) < 1e-5 * max(1, expected))
            // The gradient of the bias is the sum of the logits' gradients over the images.
            let bias = try #require(gradients.first { $0.name == "dense/bias" })
            let reference = try #require(example["gradient"]?.numbers)
            for (found, expected) in zip(bias.values, reference) {
                #expect(abs(Double(found) - expected) < 1e-6)
            }
        }
    }

    @Test(arguments: [Float(17), 88, 104, 1e4])
    func largeLogitsGiveAnUnclippedLossAndGradient(_ excess: Float) throws {
        // The label is the first class, so the loss is the excess of the second class's logit.
        let dataset = try ImageDataset(
            floats: [0, excess, 0], labels: Labels([0]), imageShape: [1, 1, 3], classNames: ["a", "b", "c"])
        let model = try identity(3, .sparseCategoricalCrossentropy)
        let (loss, gradients) = try model.lossAndGradients(of: dataset)
        #expect(abs(loss - Double(excess)) < 1e-6 * Double(excess))
        #expect(try model.evaluate(dataset).loss == loss)
        let bias = try #require(gradients.first { $0.name == "dense/bias" })
        for (found, expected) in zip(bias.values, [-1, 1, 0] as [Float]) {
            #expect(abs(found - expected) < 1e-6)
        }
    }

    @Test func categoricalLossWithoutSmoothingEqualsTheSparseLoss() throws {
        let toy = try ToyData.separable(images: 24)
        func weights(_ loss: Loss) throws -> [NamedTensor] {
            let model = try ToyData.model()
            try model.compile(loss: loss)
            try model.fit(toy, batchSize: 8, epochs: 2)
            return try model.weights()
        }
        let sparse = try weights(.sparseCategoricalCrossentropy)
        #expect(try weights(.categoricalCrossentropy()) == sparse)
        #expect(try weights(.categoricalCrossentropy(labelSmoothing: 0.1)) != sparse)
    }

    @Test(arguments: Precision.allCases.filter { $0 == .float32 || GradientTests.hasBFloat16 })
    func trainingWithLabelSmoothingApproachesTheMinimumLoss(_ precision: Precision) throws {
        let toy = try ToyData.separable(images: 40)
        let model = try ToyData.model(precision: precision)
        try model.compile(
            optimizer: Adam(learningRate: 0.01), loss: .categoricalCrossentropy(labelSmoothing: 0.4))
        let history = try model.fit(toy, batchSize: 8, epochs: 12)
        // The minimum of the loss is the entropy of the smoothed label, 0.7 and three times 0.1.
        let least = -(0.7 * log(0.7) + 0.3 * log(0.1))
        #expect(try #require(history["loss"].last) > least)
        #expect(try #require(history["loss"].last) < least + 0.35)
    }

    @Test func topKAccuracyAgreesWithKeras() throws {
        let fixture = try fixture()
        let (dataset, classes) = try images(fixture)
        for example in try #require(fixture["top_k"]?.array) {
            let k = try #require(example["k"]?.integer)
            let model = try identity(
                classes, .sparseCategoricalCrossentropy, [SparseTopKCategoricalAccuracy(k: k, name: "top")])
            let found = try #require(try model.evaluate(dataset, batchSize: 7).metrics?["top"])
            #expect(abs(found - (try #require(example["accuracy"]?.number))) < 1e-6, "\(k)")
        }
    }

    @Test func compiledMetricsAreInTheHistory() throws {
        let toy = try ToyData.separable(images: 20)
        let model = try ToyData.model()
        try model.compile(metrics: [SparseTopKCategoricalAccuracy(k: 2), .init(k: 4, name: "top_4")])
        let history = try model.fit(toy, validation: toy, batchSize: 8, epochs: 2)
        for name in ["sparse_top_k_categorical_accuracy", "val_sparse_top_k_categorical_accuracy"] {
            #expect(history[name].count == 2)
            let accuracy = history[name.hasPrefix("val_") ? "val_accuracy" : "accuracy"]
            for (top, accuracy) in zip(history[name], accuracy) { #expect(top >= accuracy && top <= 1) }
        }
        #expect(history["top_4"] == [1, 1])
        #expect(history["val_top_4"] == [1, 1])
    }

    @Test func invalidArgumentsAreRefused() throws {
        let model = try ToyData.model()
        #expect(throws: TrainingError.self) {
            try model.compile(loss: .categoricalCrossentropy(labelSmoothing: 1.1))
        }
        #expect(throws: TrainingError.self) { try model.compile(metrics: [.init(k: 0)]) }
        #expect(throws: TrainingError.self) { try model.compile(metrics: [.init(k: 2), .init(k: 3)]) }
        #expect(throws: TrainingError.self) { try model.compile(metrics: [.init(name: "loss")]) }
    }
}
