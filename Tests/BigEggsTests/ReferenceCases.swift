import BigEggs
import Testing

/// A network, and the number and the size of the images that it is compared on.
struct ReferenceCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: [Int]
    let images: Int
    let classes: Int
    private let graph: @Sendable (Input) -> SymbolicTensor

    init(
        _ description: String, input: [Int], images: Int, classes: Int = 10,
        @LayerBuilder _ layers: () -> [any Layer]
    ) {
        let layers = layers()
        self.init(description, input: input, images: images, classes: classes) { input in
            layers.reduce(input as SymbolicTensor) { $1($0) }
        }
    }

    init(
        _ description: String, input: [Int], images: Int, classes: Int = 10,
        graph: @escaping @Sendable (Input) -> SymbolicTensor
    ) {
        testDescription = description
        self.input = input
        self.images = images
        self.classes = classes
        self.graph = graph
    }

    var layers: [any Layer] { (try? untrained(.float32, threads: 2).layers) ?? [] }

    private func untrained(_ precision: Precision, threads: Int) throws -> Model {
        let input = Input(input)
        return try Model(
            input: input, output: graph(input), seed: 11, precision: precision, threads: threads)
    }

    /// The model with unusual weights: biases, gammas, betas and moving statistics that are neither 0 nor 1, some
    /// gammas negative.
    func model(precision: Precision = .float32, threads: Int = 2) throws -> Model {
        let model = try untrained(precision, threads: threads)
        try model.setWeights(
            try model.weights().enumerated().map { number, tensor in
                guard !tensor.name.hasSuffix("kernel") else { return tensor }
                let range: ClosedRange<Float> =
                    switch tensor.name.split(separator: "/").last {
                    case "gamma": -0.5...1.5
                    case "moving_variance": 0.5...2
                    default: -0.4...0.4
                    }
                let values = Noise(stream: 100 + number).uniforms(tensor.values.count, in: range)
                return NamedTensor(name: tensor.name, shape: tensor.shape, values: values)
            })
        return model
    }

    /// Noise with random labels.
    func dataset() throws -> ImageDataset {
        try Noise(stream: 1).dataset(count: images, imageShape: input, classes: classes)
    }
}

/// Random numbers for tests, determined by the number of the stream.
struct Noise {
    let stream: Int

    func uniforms(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
        let philox = Philox(seed: 5, purpose: .sampling)
        return (0..<count).map { item in
            let uniform = philox.uniforms(stream: UInt32(stream), item: UInt32(item / 4))[item % 4]
            return range.lowerBound + uniform * (range.upperBound - range.lowerBound)
        }
    }

    func integers(_ count: Int, below bound: Int) -> [Int] {
        uniforms(count, in: 0...1).map { Int($0 * Float(bound)) }
    }

    func dataset(count: Int, imageShape: [Int], classes: Int) throws -> ImageDataset {
        // Vectors are stored as images of one pixel; a network of vectors reads their bytes in order.
        let shape = imageShape.count == 1 ? [1, 1, imageShape[0]] : imageShape
        return try ImageDataset(
            images: integers(count * shape.reduce(1, *), below: 256).map { UInt8($0) },
            labels: Labels(Noise(stream: stream + 1).integers(count, below: classes).map { Int32($0) }),
            imageShape: shape, classNames: (0..<classes).map { "class \($0)" }
        ).rescaled()
    }
}

extension ReferenceCase {
    /// The layers of the report's network, next to each kind of layer that the engine treats specially.
    static let all: [ReferenceCase] = [
        ReferenceCase("a dense layer alone", input: [7], images: 5) { Dense(10, activation: .softmax) },
        ReferenceCase("dense layers without normalization", input: [13], images: 3) {
            Dense(20, activation: .relu)
            Dense(33, activation: .relu)
            Dense(10)
            Activation(.softmax)
        },
        ReferenceCase("dense layers with normalization and dropout", input: [20], images: 7) {
            Dense(33, activation: .relu)
            BatchNormalization()
            Dense(20)
            BatchNormalization(momentum: 0.9, epsilon: 1e-2)
            Activation(.relu)
            Dropout(0.5)
            Dense(10, activation: .softmax)
        },
        ReferenceCase("flattened pixels into a dense layer", input: [5, 3, 3], images: 5, classes: 3) {
            Flatten()
            Dense(20, activation: .relu)
            Dense(3, activation: .softmax)
        },
        ReferenceCase("convolution with same padding, ReLU, pooling", input: [8, 6, 3], images: 3) {
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("convolution without padding, normalization, pooling", input: [9, 11, 3], images: 5) {
            Conv2D(10, kernelSize: 3, activation: .relu)
            BatchNormalization()
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("linear convolution, dense layer", input: [7, 5, 1], images: 1) {
            Conv2D(33, kernelSize: 3)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("ReLU after normalization of a linear convolution", input: [6, 9, 3], images: 3) {
            Conv2D(10, kernelSize: 3, padding: .same)
            BatchNormalization()
            Activation(.relu)
            Conv2D(33, kernelSize: 3, padding: .same)
            Activation(.relu)
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("stride 2, odd sides, same padding", input: [9, 7, 3], images: 5) {
            Conv2D(20, kernelSize: 3, strides: 2, padding: .same, activation: .relu)
            BatchNormalization()
            Conv2D(10, kernelSize: 3, strides: 2, padding: .same, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("stride 2, even sides, same and valid padding", input: [10, 8, 20], images: 3) {
            Conv2D(33, kernelSize: 3, strides: 2, padding: .same, activation: .relu)
            Conv2D(10, kernelSize: 2, strides: 2)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("kernels of 1, 2, 4 and 5", input: [11, 12, 3], images: 3) {
            Conv2D(10, kernelSize: 5, activation: .relu)
            Conv2D(20, kernelSize: 1, activation: .relu)
            Conv2D(10, kernelSize: 4, padding: .same, activation: .relu)
            Conv2D(3, kernelSize: 2, padding: .same)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("convolution, ReLU, pooling, convolution", input: [12, 8, 3], images: 3) {
            Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D()
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("overlapping pooling, pooling with same padding", input: [7, 9, 3], images: 5) {
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D(poolSize: 3, strides: 2, padding: .same)
            BatchNormalization()
            MaxPooling2D(poolSize: 2, strides: 1)
            MaxPooling2D(poolSize: 2, padding: .same)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("normalization of a flattened image", input: [6, 4, 3], images: 5) {
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)
            Flatten()
            BatchNormalization()
            Dense(20, activation: .relu)
            BatchNormalization()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("normalization of pixels", input: [6, 5, 3], images: 7) {
            BatchNormalization()
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("batch normalization, pooling", input: [8, 12, 3], images: 5) {
            BatchNormalization()
            MaxPooling2D()
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            MaxPooling2D()
            Conv2D(40, kernelSize: 3, padding: .same)
            BatchNormalization()
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("pooling of pixels", input: [8, 6, 3], images: 3) {
            MaxPooling2D()
            Activation(.relu)
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("dropout of images, before and after Flatten", input: [6, 4, 3], images: 3) {
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            Dropout(0.25)
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            Dropout(0.3)
            MaxPooling2D()
            Dropout(0.1)
            Flatten()
            Dropout(0.2)
            Dense(20, activation: .relu)
            Dropout(0)
            Dense(10, activation: .softmax)
        },
        ReferenceCase("dropout of pixels", input: [6, 4, 3], images: 3) {
            Dropout(0.5)
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("dropout and ReLU between layers", input: [5, 5, 10], images: 3) {
            Conv2D(33, kernelSize: 3)
            Dropout(0.25)
            Activation(.relu)
            BatchNormalization()
            Flatten()
            Activation(.relu)
            Dense(20)
            Dropout(0.5)
            BatchNormalization()
            Activation(.relu)
            Dense(10, activation: .softmax)
        },
        ReferenceCase("a classifier without dense layers", input: [4, 6, 3], images: 5, classes: 8) {
            Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            Conv2D(8, kernelSize: 4)
            MaxPooling2D(poolSize: 3, strides: 1, padding: .same)
            Conv2D(8, kernelSize: 1)
            MaxPooling2D(poolSize: 1, strides: 3)
            Flatten()
            Activation(.softmax)
        },
    ]

    /// Layers and options that the report's network does not use.
    static let further: [ReferenceCase] = [
        ReferenceCase("average pooling, same and valid padding", input: [9, 7, 3], images: 3) {
            Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)
            AveragePooling2D(poolSize: 3, strides: 2, padding: .same)
            Conv2D(20, kernelSize: 1, activation: .tanh)
            AveragePooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase(
            "global average and max pooling", input: [6, 5, 3], images: 3,
            graph: { input in
                let value = Conv2D(20, kernelSize: 3, activation: .silu)(input)
                let joined = Concatenate()(GlobalAveragePooling2D()(value), GlobalMaxPooling2D()(value))
                return Dense(10, activation: .softmax)(Dense(10, activation: .gelu)(joined))
            }),
        ReferenceCase("depthwise convolutions of 20 channels", input: [7, 6, 3], images: 3) {
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            DepthwiseConv2D(kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            DepthwiseConv2D(kernelSize: 3, strides: 2, padding: .same, useBias: false)
            GlobalAveragePooling2D()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("depthwise convolutions of pixels, multipliers 2 and 3", input: [7, 6, 3], images: 3) {
            DepthwiseConv2D(kernelSize: 3, padding: .same, depthMultiplier: 2, activation: .elu)
            DepthwiseConv2D(kernelSize: 2, depthMultiplier: 3)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("separable convolutions", input: [8, 7, 3], images: 3) {
            SeparableConv2D(16, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            SeparableConv2D(
                24, kernelSize: 3, strides: 2, padding: .same, depthMultiplier: 2, activation: .gelu,
                useBias: false)
            GlobalAveragePooling2D()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("zero padding and rescaling", input: [5, 4, 3], images: 3) {
            Rescaling(2, offset: -0.75)
            ZeroPadding2D()
            Conv2D(20, kernelSize: 3, activation: .leakyReLU)
            ZeroPadding2D(top: 0, bottom: 2, left: 1, right: 0)
            Rescaling(0.5, offset: 0.25)
            Conv2D(10, kernelSize: 3, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("zero padding that is fused into convolutions", input: [11, 9, 3], images: 3) {
            ZeroPadding2D(3)
            Conv2D(20, kernelSize: 7, strides: 2, activation: .relu)
            ZeroPadding2D(top: 0, bottom: 1, left: 1, right: 2)
            Conv2D(32, kernelSize: 3, activation: .leakyReLU)
            ZeroPadding2D()
            DepthwiseConv2D(kernelSize: 3, strides: 2)
            ZeroPadding2D(top: 2, bottom: 2, left: 2, right: 2)
            Conv2D(32, kernelSize: 3, activation: .relu)
            GlobalAveragePooling2D()
            Dense(10, activation: .softmax)
        },
        ReferenceCase(
            "zero padding that is not fused into convolutions", input: [6, 5, 3], images: 3,
            graph: { input in
                // Padding wider than the kernel, padding that two layers read, and padding before a convolution that
                // pads too.
                let wide = Conv2D(16, kernelSize: 2)(ZeroPadding2D(2)(input))
                let read = ZeroPadding2D()(wide)
                let left = Conv2D(16, kernelSize: 3)(read)
                let right = Conv2D(16, kernelSize: 3, activation: .relu)(read)
                let own = Conv2D(16, kernelSize: 3, padding: .same)(ZeroPadding2D()(Add()([left, right])))
                return Dense(10, activation: .softmax)(GlobalAveragePooling2D()(own))
            }),
        ReferenceCase("without biases, gamma or beta", input: [8, 6, 3], images: 5) {
            Conv2D(32, kernelSize: 3, padding: .same, useBias: false)
            BatchNormalization(center: false)
            Activation(.relu)
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu, useBias: false)
            BatchNormalization(scale: false)
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax, useBias: false)
        },
        ReferenceCase("dense layers without biases, gamma and beta", input: [20], images: 7) {
            Dense(20, useBias: false)
            BatchNormalization(center: false, scale: false)
            Activation(.relu)
            Dense(10, activation: .softmax, useBias: false)
        },
        ReferenceCase("layer normalization", input: [6, 5, 3], images: 3) {
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            LayerNormalization()
            Conv2D(32, kernelSize: 3)
            LayerNormalization(epsilon: 1e-2, center: false)
            Activation(.gelu)
            Flatten()
            Dense(33, activation: .tanh)
            LayerNormalization(scale: false)
            Dense(10, activation: .softmax)
        },
        ReferenceCase("every activation as a layer", input: [7], images: 5) {
            Dense(20)
            Activation(.sigmoid)
            Dense(20)
            Activation(.tanh)
            Dense(20)
            Activation(.silu)
            Dense(20)
            Activation(.geluTanh)
            Dense(20)
            LeakyReLU(negativeSlope: 0.4)
            Dense(20)
            ELU(alpha: 0.5)
            Dense(10)
            Activation(.softmax)
        },
        ReferenceCase("Gaussian noise and spatial dropout", input: [6, 5, 3], images: 3) {
            GaussianNoise(0.3)
            Conv2D(20, kernelSize: 3, padding: .same, activation: .relu)
            SpatialDropout2D(0.4)
            Conv2D(10, kernelSize: 3, activation: .sigmoid)
            GaussianNoise(0.1)
            Flatten()
            Dropout(0.3)
            Dense(10, activation: .softmax)
        },
        ReferenceCase("Gaussian noise after ReLU", input: [6, 5, 3], images: 3) {
            Conv2D(16, kernelSize: 3, activation: .relu)
            GaussianNoise(0.5)
            Flatten()
            Dense(20)
            Activation(.relu)
            GaussianNoise(0.5)
            Dense(10, activation: .softmax)
        },
        ReferenceCase("softmax after a dense layer with tanh", input: [5, 4, 3], images: 3) {
            Conv2D(10, kernelSize: 3, activation: .relu)
            Flatten()
            Dense(10, activation: .tanh)
            Activation(.softmax)
        },
    ]

    /// Graphs in which several layers read one value, or one layer reads several values.
    static let graphs: [ReferenceCase] = [
        ReferenceCase("residual blocks, identity and projection", input: [8, 6, 3], images: 3) { input in
            let stem = Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)(input)
            var block = Activation(.relu)(
                BatchNormalization()(Conv2D(16, kernelSize: 3, padding: .same)(stem)))
            block = BatchNormalization()(Conv2D(16, kernelSize: 3, padding: .same)(block))
            let sum = Activation(.relu)(Add()(block, stem))
            let narrow = BatchNormalization()(Conv2D(20, kernelSize: 3, strides: 2, padding: .same)(sum))
            let short = Conv2D(20, kernelSize: 1, strides: 2)(sum)
            return Dense(10, activation: .softmax)(Flatten()(Activation(.relu)(Add()(short, narrow))))
        },
        ReferenceCase("a ReLU's output read by three layers, by one twice", input: [5, 4, 3], images: 3) {
            let value = Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)($0)
            let doubled = Add()(value, value)
            let normalized = MaxPooling2D(poolSize: 2, strides: 1, padding: .same)(
                BatchNormalization()(value))
            let sum = Add()(normalized, doubled, Dropout(0.25)(value))
            return Dense(10, activation: .softmax)(Flatten()(sum))
        },
        ReferenceCase(
            "normalization and ReLU of images, padded and pooled, and of vectors", input: [9, 7, 3], images: 4
        ) {
            let stem = Activation(.relu)(BatchNormalization()(Conv2D(16, kernelSize: 3, padding: .same)($0)))
            let pooled = MaxPooling2D(poolSize: 3, strides: 2)(ZeroPadding2D(1)(stem))
            let vector = Activation(.relu)(BatchNormalization()(Dense(20)(Flatten()(pooled))))
            return Dense(10, activation: .softmax)(Concatenate()(vector, Dense(7)(vector)))
        },
        ReferenceCase("a normalization read by a ReLU and a sum", input: [5, 4, 3], images: 4) {
            let first = BatchNormalization()(Conv2D(10, kernelSize: 3, padding: .same)($0))
            let second = Activation(.relu)(
                BatchNormalization()(Conv2D(10, kernelSize: 3, padding: .same)(Activation(.relu)(first))))
            let sum = Flatten()(Add()(first, second, Dropout(0.25)(second)))
            return Dense(10, activation: .softmax)(sum)
        },
        ReferenceCase("a ReLU's output read only by a sum", input: [6, 5, 3], images: 3) { input in
            let first = Conv2D(16, kernelSize: 3, activation: .relu)(input)
            let second = Conv2D(16, kernelSize: 3)(input)
            return Dense(10, activation: .softmax)(Flatten()(Add()(first, second)))
        },
        ReferenceCase("concatenated channels that fill no vectors", input: [6, 5, 3], images: 3) { input in
            let first = Conv2D(10, kernelSize: 3, padding: .same, activation: .relu)(input)
            let second = BatchNormalization()(Conv2D(33, kernelSize: 1)(first))
            let joined = Concatenate()(first, second, input, Conv2D(16, kernelSize: 1)(input))
            return Dense(10, activation: .softmax)(Flatten()(Conv2D(7, kernelSize: 3)(joined)))
        },
        ReferenceCase("concatenated channels that fill vectors", input: [6, 5, 3], images: 3) { input in
            let first = Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)(input)
            let second = BatchNormalization()(Conv2D(32, kernelSize: 1)(first))
            let joined = Conv2D(16, kernelSize: 3, activation: .relu)(Concatenate()(second, first))
            return Dense(10, activation: .softmax)(Flatten()(joined))
        },
        ReferenceCase("vectors concatenated and added", input: [6, 4, 3], images: 5) { input in
            let image = BatchNormalization()(Conv2D(10, kernelSize: 3, activation: .relu)(input))
            let vector = Flatten()(image)
            let wide = Dense(80, activation: .relu)(vector)
            let sum = Activation(.relu)(Add()(vector, wide))
            let joined = Concatenate()(Dense(20)(sum), wide, BatchNormalization()(sum))
            return Dense(10, activation: .softmax)(Dropout(0.5)(joined))
        },
        ReferenceCase("GELU after normalizations that are read once and twice", input: [5, 7, 3], images: 4) {
            let value = Conv2D(20, kernelSize: 3, padding: .same)($0)
            let normalized = BatchNormalization(scale: false)(value)
            let sum = Add()(Activation(.gelu)(normalized), normalized)
            let once = Activation(.gelu)(BatchNormalization()(Conv2D(17, kernelSize: 2)(sum)))
            let features = Activation(.gelu)(BatchNormalization()(Dense(19)(Flatten()(once))))
            return Dense(10, activation: .softmax)(features)
        },
        ReferenceCase("two poolings, and a normalization that is read twice", input: [8, 8, 3], images: 3) {
            let value = Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)($0)
            let pooled = MaxPooling2D()(BatchNormalization()(value))
            let normalized = BatchNormalization()(value)
            let sum = Add()(MaxPooling2D()(pooled), MaxPooling2D(poolSize: 4)(normalized))
            let flat = Flatten()(Add()(sum, Conv2D(16, kernelSize: 4, strides: 4)(normalized)))
            return Dense(10, activation: .softmax)(flat)
        },
    ]

    /// Cases with 3×3 convolutions of 16 channels or more, to which Winograd's algorithm applies.
    static let winograd: [ReferenceCase] = [
        ReferenceCase("convolutions of images of at most 2×2", input: [2, 2, 16], images: 5) {
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            Conv2D(16, kernelSize: 3, padding: .same, useBias: false)
            MaxPooling2D()
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase(
            "zero padding that is fused into Winograd's convolutions", input: [7, 8, 16], images: 3
        ) {
            ZeroPadding2D(top: 0, bottom: 1, left: 2, right: 1)
            Conv2D(16, kernelSize: 3, padding: .valid, activation: .relu)
            ZeroPadding2D(2)
            Conv2D(32, kernelSize: 3, activation: .relu)
            GlobalAveragePooling2D()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("pooling fused with convolutions, linear and ReLU", input: [9, 11, 16], images: 3) {
            Conv2D(24, kernelSize: 3, padding: .same)
            MaxPooling2D()
            BatchNormalization()
            Activation(.gelu)
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("a block of the report's network", input: [8, 8, 3], images: 3) {
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
            BatchNormalization()
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("odd sides, more filters, pooling after ReLU", input: [11, 9, 33], images: 3) {
            Conv2D(48, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D()
            Conv2D(64, kernelSize: 3, padding: .same)
            BatchNormalization()
            Activation(.relu)
            Flatten()
            Dense(10, activation: .softmax)
        },
        ReferenceCase("16×12, valid padding", input: [16, 12, 3], images: 1) {
            Conv2D(32, kernelSize: 3, activation: .relu)
            BatchNormalization()
            Conv2D(32, kernelSize: 3, activation: .relu)
            Dropout(0.25)
            Conv2D(20, kernelSize: 3, activation: .relu)
            MaxPooling2D()
            Flatten()
            Dense(10, activation: .softmax)
        },
    ]
}
