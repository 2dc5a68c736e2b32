import BigEggs
import Foundation
import Testing

@Suite struct LayerTests {
    private func model(_ input: [Int], @LayerBuilder _ layers: () -> [any Layer]) throws -> Sequential {
        try Sequential(input: input, layers: layers)
    }

    @Test func outputShapesAgreeWithKeras() throws {
        // The expected shapes are those of Keras's compute_output_shape.
        for (layer, input, output) in [
            (Conv2D(8, kernelSize: 3), [9, 12, 3], [7, 10, 8]),
            (Conv2D(8, kernelSize: 3, padding: .same), [9, 12, 3], [9, 12, 8]),
            (Conv2D(8, kernelSize: 3, strides: 2), [9, 12, 3], [4, 5, 8]),
            (Conv2D(8, kernelSize: 3, strides: 2, padding: .same), [9, 12, 3], [5, 6, 8]),
            (Conv2D(8, kernelSize: 4, strides: 3, padding: .same), [9, 12, 3], [3, 4, 8]),
            (Conv2D(8, kernelSize: 1, strides: 4), [9, 12, 3], [3, 3, 8]),
            (MaxPooling2D(), [9, 12, 3], [4, 6, 3]),
            (MaxPooling2D(padding: .same), [9, 12, 3], [5, 6, 3]),
            (MaxPooling2D(poolSize: 3, strides: 1), [9, 12, 3], [7, 10, 3]),
            (MaxPooling2D(poolSize: 3, strides: 2, padding: .same), [9, 12, 3], [5, 6, 3]),
            (Flatten(), [9, 12, 3], [324]), (Dense(5), [324], [5]), (Dropout(0.5), [9, 12, 3], [9, 12, 3]),
            (BatchNormalization(), [324], [324]), (Activation(.relu), [9, 12, 3], [9, 12, 3]),
        ] as [(any Layer, [Int], [Int])] {
            #expect(try layer.outputShape(for: input) == output, "\(layer)")
        }
    }

    @Test func layersAreNamedAsInKeras() throws {
        let model = try model([8, 8, 3]) {
            for filters in [4, 8] {
                Conv2D(filters, kernelSize: 3, activation: .relu)
                BatchNormalization()
            }
            MaxPooling2D()
            Conv2D(4, kernelSize: 1, name: "narrow")
            Conv2D(4, kernelSize: 1)
            Flatten()
            Dropout(0.1)
            Dense(4)
            Activation(.softmax)
        }
        #expect(
            model.summary.map(\.name) == [
                "conv2d", "batch_normalization", "conv2d_1", "batch_normalization_1", "max_pooling2d",
                "narrow",
                "conv2d_2", "flatten", "dropout", "dense", "activation",
            ])
        #expect(model.summary.map(\.kind).last == "Activation")
        #expect(model.summary[0].activation == "relu")
        #expect(model.summary[0].parameterCount == 3 * 3 * 3 * 4 + 4)
        #expect(model.summary[1].parameterCount == 4 * 4)
        #expect(model.summary[1].activation == nil)
        #expect(model.summary[4].outputShape == [2, 2, 8])
        #expect(model.trainableParameterCount == model.parameterCount - 2 * (4 + 8))
    }

    @Test func aFinalDropoutDoesNotChangePredictions() throws {
        let pixels = (0..<120).map { (index: Int) -> Float in Float(index * 37 % 101) / 50 - 1 }
        let images = try ImageDataset(
            floats: pixels, labels: Labels([0, 0]), imageShape: [5, 4, 3], classNames: ["any"])
        let layers: [any Layer] = [Conv2D(7, kernelSize: 2), MaxPooling2D(poolSize: 2, strides: 1)]
        let plain = try model([5, 4, 3]) { layers }
        let dropped = try model([5, 4, 3]) {
            layers
            Dropout(0.5)
        }
        let probabilities = try plain.predict(images).probabilities
        #expect(probabilities.count == 2 * 3 * 2 * 7)
        #expect(try dropped.predict(images).probabilities == probabilities)
    }

    @Test func identityLayersReturnTheirInput() throws {
        let values: [Float] = [3, -1, 4, 1, -5, 9, 2, 6]
        for (shape, layer) in [
            ([4], Dropout(0.5)), ([4], Flatten()), ([4], Activation(.linear)), ([2, 1, 2], Dropout(0.5)),
            ([2, 2, 1], Flatten()),
        ] as [([Int], any Layer)] {
            let data = try ImageDataset(
                floats: values, labels: Labels([0, 0]), imageShape: shape, classNames: ["any"])
            let model = try model(shape) { layer }
            #expect(try model.predict(data).probabilities == values, "\(layer)")
        }
        let data = try ImageDataset(
            floats: values, labels: Labels([0, 0]), imageShape: [4], classNames: ["any"])
        let softmax = try model([4]) { Activation(.softmax) }
        let predictions = try softmax.predict(data, batchSize: 1)
        for image in 0..<2 {
            let powers = values[4 * image..<4 * image + 4].map { exp($0) }
            let sum = powers.reduce(0, +)
            for (probability, power) in zip(predictions[image], powers) {
                #expect(abs(probability - power / sum) < 1e-6)
            }
        }
    }

    /// Invalid layers and the expected error.
    struct Misfit: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let input: [Int]
        let layers: [any Layer]
        let error: LayerError

        init(
            _ description: String, input: [Int] = [8, 8, 3], _ error: LayerError,
            @LayerBuilder _ layers: () -> [any Layer]
        ) {
            testDescription = description
            self.input = input
            self.error = error
            self.layers = layers()
        }

        private static let inTheMiddle = "a softmax is allowed only at the end of a model"

        static let all = [
            Misfit("nothing", .noLayers) {},
            Misfit(
                "a dense layer on images",
                .inputRank(layer: "dense", found: [8, 8, 3], expected: "vectors (put Flatten before it)")
            ) { Dense(4) },
            Misfit(
                "a convolution of vectors", input: [20],
                .inputRank(layer: "conv2d", found: [20], expected: "images, [height, width, channels]")
            ) { Conv2D(4, kernelSize: 3) },
            Misfit(
                "pooling of vectors",
                .inputRank(
                    layer: "max_pooling2d", found: [192], expected: "images, [height, width, channels]")
            ) {
                Flatten()
                MaxPooling2D()
            },
            Misfit(
                "softmax of images",
                .inputRank(
                    layer: "activation", found: [8, 8, 3], expected: "vectors (put Flatten before it)")
            ) { Activation(.softmax) },
            Misfit(
                "a dense softmax in the middle", input: [20],
                .unsupported(layer: "dense", reason: inTheMiddle)
            ) {
                Dense(4, activation: .softmax)
                Dense(4)
            },
            Misfit(
                "a softmax in the middle", input: [20], .unsupported(layer: "activation", reason: inTheMiddle)
            ) {
                Activation(.softmax)
                Dense(4)
            },
            Misfit("a convolution's softmax", .unsupported(layer: "conv2d", reason: inTheMiddle)) {
                Conv2D(4, kernelSize: 3, activation: .softmax)
            },
            Misfit("two layers of a name", input: [20], .duplicateName("twin")) {
                Dense(4, name: "twin")
                Dense(4, name: "twin")
            },
            Misfit("a name that Keras would give", input: [20], .duplicateName("dense_1")) {
                Dense(4, name: "dense_1")
                Dense(4)
                Dense(4)
            },
            Misfit("a kernel larger than the image", .tooSmall(layer: "conv2d", input: [8], window: [9, 9])) {
                Conv2D(4, kernelSize: 9)
            },
            Misfit(
                "a pool larger than what is left",
                .tooSmall(layer: "max_pooling2d", input: [2], window: [3, 3])
            ) {
                Conv2D(4, kernelSize: 7)
                MaxPooling2D(poolSize: 3)
            },
            invalid("dropout", "rate", "1.0", "from 0 up to but not including 1", Dropout(1)),
            invalid("dropout", "rate", "-0.1", "from 0 up to but not including 1", Dropout(-0.1)),
            invalid("dropout", "rate", "nan", "from 0 up to but not including 1", Dropout(.nan)),
            invalid("slow", "momentum", "1.5", "0 to 1", BatchNormalization(momentum: 1.5, name: "slow")),
            invalid("batch_normalization", "momentum", "nan", "0 to 1", BatchNormalization(momentum: .nan)),
            invalid("batch_normalization", "epsilon", "0.0", "more than 0", BatchNormalization(epsilon: 0)),
            invalid(
                "batch_normalization", "epsilon", "nan", "more than 0", BatchNormalization(epsilon: .nan)),
            invalid("conv2d", "filters", "0", "1 or more", Conv2D(0, kernelSize: 3)),
            invalid("conv2d", "kernelSize", "[0, 0]", "1 or more", Conv2D(4, kernelSize: 0)),
            invalid("conv2d", "strides", "[-1, -1]", "1 or more", Conv2D(4, kernelSize: 3, strides: -1)),
            invalid(
                "max_pooling2d", "poolSize", "[0, 0]", "1 or more", MaxPooling2D(poolSize: 0, strides: 1)),
            invalid("max_pooling2d", "strides", "[0, 0]", "1 or more", MaxPooling2D(poolSize: 2, strides: 0)),
            invalid("dense", "units", "-3", "1 or more", input: [20], Dense(-3)),
        ]

        private static func invalid(
            _ layer: String, _ argument: String, _ value: String, _ allowed: String,
            input: [Int] = [8, 8, 3],
            _ bad: any Layer
        ) -> Misfit {
            Misfit(
                "\(layer) with \(argument) \(value)", input: input,
                .invalid(layer: layer, argument: argument, value: value, allowed: allowed)
            ) { bad }
        }
    }

    @Test(arguments: Misfit.all)
    func invalidLayersAreRefused(_ misfit: Misfit) throws {
        #expect(throws: misfit.error) { try Sequential(input: misfit.input) { misfit.layers } }
        #expect(!misfit.error.description.isEmpty)
        #expect(!misfit.error.description.contains("\n"))
    }

    @Test func layersAreRecreatedFromTheirSettings() throws {
        let layers: [any Layer] = [
            Activation(.geluTanh), Add(name: "sum"), AveragePooling2D(poolSize: 3, strides: 1),
            BatchNormalization(momentum: 0.5, epsilon: 0.25, center: false, scale: false, trainable: false),
            Concatenate(),
            Conv2D(
                3, kernelSize: 5, strides: 2, padding: .same, activation: .relu, useBias: false,
                kernelInitializer: .heNormal, kernelRegularizer: Regularizer(l1: 0.5, l2: 0.25),
                kernelTrainable: false, name: "narrow"),
            Dense(7, activation: .softmax, biasInitializer: .ones, trainable: false),
            DepthwiseConv2D(kernelSize: 3, depthMultiplier: 2, kernelInitializer: .heUniform),
            Dropout(0.25), ELU(alpha: 0.5), Flatten(name: "flat"), GaussianNoise(0.5),
            GlobalAveragePooling2D(), GlobalMaxPooling2D(),
            LayerNormalization(epsilon: 0.25, center: false, scale: false), LeakyReLU(negativeSlope: 0.5),
            MaxPooling2D(poolSize: 3, strides: 2, padding: .same), Rescaling(0.5, offset: -1),
            SeparableConv2D(4, kernelSize: 3, depthMultiplier: 2, activation: .silu), SpatialDropout2D(0.5),
            ZeroPadding2D(top: 1, bottom: 2, left: 3, right: 4),
        ]
        let again = try layers.map { try LayerTypes.table.make($0.description) }
        for (layer, again) in zip(layers, again) {
            #expect("\(layer)" == "\(again)")
        }
        #expect(again.map { "\(type(of: $0))" } == LayerTypes.all.map { "\($0)" })
    }

    @Test(arguments: [
        Component("Dense", ["units": 3, "kernel_regularizer": ["l1": "0.1"]]),
        Component("ZeroPadding2D", ["padding": [[1, 1], [2, 2], "x"]]),
        Component("ZeroPadding2D", ["padding": [[1, 1], [2, 2.5]]]),
    ])
    func aSettingOfTheWrongTypeIsRefused(described: Component) {
        #expect(throws: SettingsError.self) { try LayerTypes.table.make(described) }
    }

    @Test func frozenParametersAreNotCountedAsTrainable() throws {
        let model = try Sequential(input: [4, 4, 3], threads: 1) {
            Conv2D(2, kernelSize: 1, trainable: false)
            Flatten()
            Dense(5)
        }
        #expect(model.parameterCount == 3 * 2 + 2 + 32 * 5 + 5)
        #expect(model.trainableParameterCount == 32 * 5 + 5)
    }

    @Test func aGraphsSummaryListsLayerNamesAndInputsInOrder() throws {
        let input = Input([4, 4, 3])
        let first = Conv2D(3, kernelSize: 1)(input)
        let second = Conv2D(3, kernelSize: 1, name: "other")(input)
        let unused = Dense(4)(first)
        let sum = Add()(second, first, input)
        let model = try Model(input: input, output: Flatten()(sum))
        #expect(model.summary.map(\.name) == ["conv2d", "other", "add", "flatten"])
        #expect(
            model.summary.map(\.inputs) == [["input"], ["input"], ["other", "conv2d", "input"], ["add"]])
        #expect(model.outputShape == [48])
        _ = unused
    }

    /// As in Keras, l1 · Σ|w| + l2 · Σw² of each kernel is added to the loss, its derivative to the gradient.
    @Test func regularizersAddToLossAndGradient() throws {
        func model(_ regularizer: Regularizer?) throws -> Model {
            try Sequential(input: [5, 4, 3], seed: 3) {
                Conv2D(20, kernelSize: 3, activation: .relu, kernelRegularizer: regularizer)
                Flatten()
                Dense(10, activation: .softmax)
            }
        }
        let data = try Noise(stream: 4).dataset(count: 6, imageShape: [5, 4, 3], classes: 10)
        let regularized = try model(Regularizer(l1: 0.01, l2: 0.1))
        let kernel = try #require(try regularized.weights().first).values
        let (loss, gradients) = try regularized.lossAndGradients(of: data)
        let (plainLoss, plain) = try model(nil).lossAndGradients(of: data)
        let added = kernel.reduce(0.0) { $0 + 0.01 * Double(abs($1)) + 0.1 * Double($1) * Double($1) }
        #expect(abs(loss - plainLoss - added) < 1e-5)
        for (index, value) in kernel.enumerated() {
            let slope = 0.2 * value + (value > 0 ? 0.01 : -0.01)
            #expect(abs(gradients[0].values[index] - plain[0].values[index] - slope) < 1e-6)
        }
        #expect(gradients.dropFirst().map(\.values) == plain.dropFirst().map(\.values))
        try regularized.compile()
        #expect(abs(try regularized.evaluate(data).loss - loss) < 1e-5)
    }

    /// As in Keras, where only trainable weights are regularized.
    @Test func aRegularizerOfAFrozenLayerAddsNothing() throws {
        let data = try Noise(stream: 4).dataset(count: 6, imageShape: [5, 4, 3], classes: 10)
        let losses = try [nil, Regularizer(l2: 0.1)].map { regularizer in
            let model = try Sequential(input: [5, 4, 3], seed: 3) {
                Conv2D(20, kernelSize: 3, kernelRegularizer: regularizer, trainable: false)
                Flatten()
                Dense(10, activation: .softmax)
            }
            try model.compile()
            return try model.evaluate(data).loss
        }
        #expect(losses[0] == losses[1])
    }

    @Test func frozenLayersKeepTheirWeights() throws {
        let data = try Noise(stream: 4).dataset(count: 6, imageShape: [5, 4, 3], classes: 10)
        let model = try Sequential(input: [5, 4, 3], seed: 3) {
            Conv2D(20, kernelSize: 3, activation: .relu, trainable: false, name: "still")
            BatchNormalization(trainable: false, name: "still_too")
            BatchNormalization(name: "moved")
            Flatten()
            Dense(10, activation: .softmax, name: "moved_too")
        }
        let before = try model.weights()
        try model.compile(optimizer: Adam(learningRate: 0.1))
        _ = try model.trainOnBatch(data)
        for (before, after) in zip(before, try model.weights()) {
            #expect((before.values == after.values) == before.name.hasPrefix("still"), "\(before.name)")
        }
    }

    /// In the first step, freezing the kernel does not change the updates of the other parameters.
    @Test(arguments: [2, 3])
    func aFrozenKernelsBiasIsStillTrained(kernelSize: Int) throws {
        let data = try Noise(stream: 4).dataset(count: 6, imageShape: [8, 8, 3], classes: 10)
        func trained(_ isTrained: Bool) throws -> (before: [NamedTensor], after: [NamedTensor]) {
            let model = try Sequential(input: [8, 8, 3], seed: 3) {
                Conv2D(32, kernelSize: 3, padding: .same, kernelInitializer: .partialIdentity)
                Conv2D(
                    32, kernelSize: kernelSize, activation: .gelu, kernelTrainable: isTrained, name: "still")
                Flatten()
                Dense(10, activation: .softmax)
            }
            let before = try model.weights()
            try model.compile(optimizer: SGD(learningRate: 0.1))
            _ = try model.trainOnBatch(data)
            return (before, try model.weights())
        }
        let (whole, still) = (try trained(true), try trained(false))
        for (number, tensor) in still.after.enumerated() {
            let isKernel = tensor.name == "still/kernel"
            let expected = isKernel ? still.before[number].values : whole.after[number].values
            // If the kernel's gradient is not needed, the bias gradient is summed in another order.
            let allowed: Double = tensor.name == "still/bias" ? 1e-6 : 0
            #expect(relativeError(tensor.values, expected) <= allowed, "\(tensor.name)")
            #expect(whole.before[number].values != whole.after[number].values)
        }
    }

    /// The kernel is the identity for the first outputs, one per input, and random for the others.
    @Test func aPartialIdentityCopiesItsInputsToTheFirstOutputs() throws {
        let model = try Sequential(input: [6, 5, 3], seed: 5) {
            Conv2D(7, kernelSize: 3, padding: .same, kernelInitializer: .partialIdentity)
        }
        let kernel = try #require(try model.weights().first).values
        for (index, value) in kernel.enumerated() {
            let (place, input, output) = (index / 21, index / 7 % 3, index % 7)
            if output < 3 {
                #expect(value == (place == 4 && input == output ? 1 : 0))
            } else {
                #expect(value != 0 && abs(value) <= 1 / Float(27).squareRoot())
            }
        }
    }

    @Test(arguments: Initializer.allCases)
    func initializersHaveTheExpectedMeanAndDeviation(_ initializer: Initializer) throws {
        let model = try Sequential(input: [9, 9, 40], seed: 5) {
            Conv2D(60, kernelSize: 3, kernelInitializer: initializer)
        }
        let values = try #require(try model.weights().first).values.map(Double.init)
        let (fanIn, fanOut) = (360.0, 540.0)
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
            .squareRoot()
        // By Keras's definitions. A normal distribution that is truncated at two standard deviations has
        // 0.8796 of its standard deviation.
        let expected: (mean: Double, deviation: Double) =
            switch initializer {
            case .zeros: (0, 0)
            case .ones: (1, 0)
            case .glorotUniform, .glorotNormal: (0, (2 / (fanIn + fanOut)).squareRoot())
            case .heUniform, .heNormal: (0, (2 / fanIn).squareRoot())
            case .lecunUniform, .lecunNormal: (0, (1 / fanIn).squareRoot())
            case .randomUniform: (0, 0.1 / 12.squareRoot())
            case .randomNormal: (0, 0.05)
            case .truncatedNormal: (0, 0.05 * 0.8796)
            case .identity: (40.0 / 21600, (40.0 / 21600).squareRoot())
            // The first 40 of the 60 outputs are the identity, the others have uniform weights.
            case .partialIdentity: (40.0 / 21600, (40.0 / 21600 + 1 / (9 * fanIn)).squareRoot())
            }
        #expect(abs(mean - expected.mean) <= 0.03 * expected.deviation)
        #expect(abs(deviation - expected.deviation) <= 0.03 * expected.deviation)
    }

    /// The error says what is wrong with the graph.
    @Test func invalidGraphsAreRefusedWithTheReason() throws {
        let input = Input([4, 4, 3])
        let narrow = Conv2D(2, kernelSize: 1)(Conv2D(5, kernelSize: 3)(input))
        func refusal(_ output: SymbolicTensor) -> String? {
            do {
                _ = try Model(input: input, output: output)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(
            refusal(Add()(narrow, input))
                == "add takes inputs of one shape, not [2, 2, 2] of conv2d_1 and [4, 4, 3] of the input")
        #expect(
            refusal(Concatenate(name: "joined")(narrow, Flatten()(narrow)))
                == "joined takes inputs of one shape but for the last axis, not [2, 2, 2] of conv2d_1 and [8] of "
                + "flatten")
        #expect(refusal(Add()(narrow)) == "add takes two inputs or more, not 1")
        #expect(refusal(Flatten()(narrow, input)) == "flatten takes one input, not 2")
        #expect(
            refusal(Dense(3)(Flatten(name: "a")(Activation(.relu, name: "a")(input))))
                == "two layers are called a: names must differ")
        #expect(refusal(Dense(3)(Input([4]))) == "the output does not depend on the input")
        #expect(
            refusal(Add()(narrow, Conv2D(2, kernelSize: 3)(Input([4, 4, 1]))))
                == "the output depends on an input other than the model's: a model has one")
        #expect(
            refusal(Add()(Dense(3, activation: .softmax)(Flatten()(input)), Dense(3)(Flatten()(input))))
                == "dense cannot be used here: a softmax is allowed only at the end of a model")
        #expect(refusal(input) == "the model has no layers: give it at least one")
    }

    @Test(arguments: [[], [0], [8, 8], [8, 8, 0], [-1, 8, 3], [1, 8, 8, 3]])
    func anInvalidInputShapeIsRefused(_ shape: [Int]) throws {
        #expect(throws: TrainingError.self) { try model(shape) { Activation(.relu) } }
    }
}
