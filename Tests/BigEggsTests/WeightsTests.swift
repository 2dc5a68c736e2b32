import BigEggs
import Foundation
import Testing

@Suite struct WeightsTests {
    /// A model whose first dense layer reads an image with an odd number of channels in the engine's layout.
    private func model(seed: UInt64 = 1) throws -> Sequential {
        try Sequential(input: [7, 5, 3], seed: seed) {
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu, name: "first")
            BatchNormalization()
            Conv2D(33, kernelSize: 2, strides: 2)
            Flatten()
            Dense(20, activation: .relu)
            BatchNormalization()
            Dense(4, activation: .softmax)
        }
    }

    private func images(_ count: Int = 6) throws -> ImageDataset {
        try ToyData.separable(images: count, imageShape: [7, 5, 3])
    }

    /// Tensors of the same names and shapes with other values, from 0.1 to 0.9.
    private func other(than tensors: [NamedTensor]) -> [NamedTensor] {
        tensors.enumerated().map { number, tensor in
            let values = Noise(stream: 300 + number).uniforms(tensor.values.count, in: 0.1...0.9)
            return NamedTensor(name: tensor.name, shape: tensor.shape, values: values)
        }
    }

    @Test func weightNamesAndShapesMatchKeras() throws {
        let weights = try model().weights()
        #expect(
            weights.map(\.name) == [
                "first/kernel", "first/bias", "batch_normalization/gamma", "batch_normalization/beta",
                "batch_normalization/moving_mean", "batch_normalization/moving_variance", "conv2d/kernel",
                "conv2d/bias", "dense/kernel", "dense/bias", "batch_normalization_1/gamma",
                "batch_normalization_1/beta", "batch_normalization_1/moving_mean",
                "batch_normalization_1/moving_variance", "dense_1/kernel", "dense_1/bias",
            ])
        #expect(
            weights.map(\.shape) == [
                [3, 3, 3, 10], [10], [10], [10], [10], [10], [2, 2, 10, 33], [33], [198, 20], [20], [20],
                [20],
                [20], [20], [20, 4], [4],
            ])
        #expect(weights.allSatisfy { $0.values.count == $0.shape.reduce(1, *) })
    }

    @Test func initialWeightsFollowKerasDefaults() throws {
        let weights = try model().weights()
        func values(_ name: String) throws -> [Float] {
            try #require(weights.first { $0.name == name }).values
        }
        for (name, fanIn, fanOut) in [
            ("first/kernel", 27, 90), ("conv2d/kernel", 40, 132), ("dense/kernel", 198, 20),
        ] {
            let kernel = try values(name)
            let limit = (6 / Float(fanIn + fanOut)).squareRoot()
            #expect(kernel.allSatisfy { abs($0) <= limit })
            // Uniform numbers have mean 0 and deviation limit/√3; each kernel has at least 270 numbers.
            let count = Float(kernel.count)
            let mean = kernel.reduce(0, +) / count
            let variance = kernel.reduce(0) { $0 + $1 * $1 } / count
            #expect(abs(mean) < 4 * limit / (3 * count).squareRoot())
            #expect(abs(variance / (limit * limit / 3) - 1) < 0.2)
        }
        #expect(try values("dense/kernel") != model(seed: 2).weights()[8].values)
        for name in [
            "first/bias", "dense/bias", "batch_normalization/beta", "batch_normalization/moving_mean",
        ] {
            #expect(try values(name).allSatisfy { $0 == 0 })
        }
        for name in ["batch_normalization/gamma", "batch_normalization/moving_variance"] {
            #expect(try values(name).allSatisfy { $0 == 1 })
        }
    }

    @Test func weightsAreTheSameBeforeAndAfterLayoutsAreChosen() throws {
        let model = try model()
        let initial = try model.weights()
        _ = try model.predict(try images())
        #expect(try model.weights() == initial)

        let (fresh, planned) = (try self.model(seed: 5), model)
        let given = other(than: initial)
        for target in [fresh, planned] {
            try target.setWeights(given)
            #expect(try target.weights() == given)
        }
        #expect(try fresh.predict(images()) == planned.predict(images()))
        #expect(try fresh.weights() == given)
    }

    @Test(.enabled(if: GradientTests.hasBFloat16))
    func weightsStayFloat32WithBFloat16Activations() throws {
        let model = try ReferenceCase.winograd[0].model(precision: .bfloat16)
        let given = other(than: try model.weights())
        _ = try model.predict(try ReferenceCase.winograd[0].dataset())
        try model.setWeights(given)
        #expect(try model.weights() == given)
    }

    @Test func theOrderOfTensorsDoesNotMatter() throws {
        let model = try model()
        let given = other(than: try model.weights())
        try model.setWeights(given.reversed())
        #expect(try model.weights() == given)
    }

    @Test func savedAndLoadedWeightsPredictTheSame() throws {
        let trained = try model()
        try trained.compile()
        let images = try images(12)
        try trained.fit(images, batchSize: 5, epochs: 2)
        try withTemporaryDirectory { directory in
            let path = "\(directory)/weights.safetensors"
            try trained.saveWeights(to: path)
            let loaded = try model(seed: 99)
            #expect(try loaded.predict(images) != trained.predict(images))
            try loaded.loadWeights(from: path)
            #expect(try loaded.predict(images) == trained.predict(images))
            #expect(try loaded.weights() == trained.weights())
        }
    }

    /// A fault in a weights file, and the expected error.
    struct Damage: CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable ([NamedTensor]) -> [NamedTensor]
        let error: @Sendable (String) -> TrainingError

        static let all = [
            Damage(testDescription: "missing") {
                $0.filter { $0.name != "conv2d/bias" }
            } error: {
                .weightsMissing(name: "conv2d/bias", file: $0)
            },
            Damage(testDescription: "moving statistics missing") {
                $0.filter { $0.name != "batch_normalization_1/moving_variance" }
            } error: {
                .weightsMissing(name: "batch_normalization_1/moving_variance", file: $0)
            },
            Damage(testDescription: "unknown") {
                $0 + [NamedTensor(name: "dense_2/bias", shape: [2], values: [1, 2])]
            } error: {
                .weightsUnknown(name: "dense_2/bias", file: $0)
            },
            Damage(testDescription: "transposed") {
                replacing("dense_1/kernel", in: $0) {
                    NamedTensor(name: $0.name, shape: [4, 20], values: $0.values)
                }
            } error: {
                .weightsShape(name: "dense_1/kernel", found: [4, 20], expected: [20, 4], file: $0)
            },
            Damage(testDescription: "one short") {
                replacing("dense_1/bias", in: $0) {
                    NamedTensor(name: $0.name, shape: [3], values: Array($0.values.dropLast()))
                }
            } error: {
                .weightsShape(name: "dense_1/bias", found: [3], expected: [4], file: $0)
            },
            Damage(testDescription: "not a number") {
                with(.nan, at: 7, of: "dense_1/kernel", in: $0)
            } error: {
                .weightsNotFinite(name: "dense_1/kernel", file: $0)
            },
            Damage(testDescription: "infinite") {
                with(-.infinity, at: 3, of: "batch_normalization/moving_mean", in: $0)
            } error: {
                .weightsNotFinite(name: "batch_normalization/moving_mean", file: $0)
            },
            Damage(testDescription: "negative variance") {
                with(-0.25, at: 3, of: "batch_normalization_1/moving_variance", in: $0)
            } error: {
                .weightsNegative(
                    name: "batch_normalization_1/moving_variance", value: -0.25, file: $0)
            },
        ]

        init(
            testDescription: String, change: @escaping @Sendable ([NamedTensor]) -> [NamedTensor],
            error: @escaping @Sendable (String) -> TrainingError
        ) {
            self.testDescription = testDescription
            self.change = change
            self.error = error
        }

        private static func replacing(
            _ name: String, in tensors: [NamedTensor], _ body: (NamedTensor) -> NamedTensor
        ) -> [NamedTensor] { tensors.map { $0.name == name ? body($0) : $0 } }

        private static func with(
            _ value: Float, at index: Int, of name: String, in tensors: [NamedTensor]
        ) -> [NamedTensor] {
            replacing(name, in: tensors) {
                var tensor = $0
                tensor.values[index] = value
                return tensor
            }
        }
    }

    @Test(arguments: Damage.all)
    func aFileOfAnotherNetworkIsRefusedAndChangesNothing(_ damage: Damage) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/weights.safetensors"
            let model = try model()
            _ = try model.predict(try images())
            let before = try model.weights()
            try Safetensors.write(damage.change(other(than: before)), to: path, metadata: [:])
            let error = #expect(throws: TrainingError.self) { try model.loadWeights(from: path) }
            #expect(error == damage.error(path))
            #expect(error?.description.contains(path) == true)
            #expect(try model.weights() == before)
        }
    }

    /// A file cannot hold a name twice, a list can.
    @Test func aRepeatedTensorIsRefusedAndChangesNothing() throws {
        let model = try model()
        let before = try model.weights()
        let given = other(than: before)
        #expect(throws: TrainingError.weightsRepeated(name: "conv2d/bias", file: "the weights")) {
            try model.setWeights(given + [before[7]])
        }
        #expect(try model.weights() == before)
    }

    @Test func aTruncatedFileIsRefusedAndChangesNothing() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/weights.safetensors"
            let model = try model()
            let before = try model.weights()
            try Safetensors.write(other(than: before), to: path, metadata: [:])
            let whole = try Data(contentsOf: URL(filePath: path))
            for length in [0, 7, 100, whole.count / 2, whole.count - 1] {
                try whole.prefix(length).write(to: URL(filePath: path))
                #expect(throws: SafetensorsError.self) { try model.loadWeights(from: path) }
                #expect(try model.weights() == before)
            }
            #expect(throws: FileError.self) { try model.loadWeights(from: path + ".none") }
        }
    }

    @Test func weightsThatCannotBeWrittenAreReported() throws {
        let model = try model()
        #expect(throws: FileError.self) { try model.saveWeights(to: "/proc/no-such/weights.safetensors") }
    }
}
