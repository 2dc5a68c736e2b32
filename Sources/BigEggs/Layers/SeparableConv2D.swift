/// A depthwise convolution, then a 1×1 convolution that mixes channels: `[height, width, channels]` to
/// `[height', width', filters]`.
///
/// By default, the initial kernels, `[kernelSize, kernelSize, channels, depthMultiplier]` and
/// `[1, 1, channels · depthMultiplier, filters]`, are Glorot-uniform and the initial bias is zero.
/// Source: https://keras.io/api/layers/convolution_layers/separable_convolution2d/
public struct SeparableConv2D: Layer {
    public let name: String?
    public static let kind = "separable_conv2d"
    /// The number of output channels.
    public let filters: Int
    /// The depthwise convolution's output channels per input channel.
    public let depthMultiplier: Int
    /// Applied to the output.
    public let activation: ActivationFunction
    package let window: Window
    package let kernel: KernelSettings

    /// A convolution with a square kernel.
    ///
    /// - Parameters:
    ///   - filters: the number of output channels.
    ///   - kernelSize: rows and columns of the kernel.
    ///   - strides: pixels from one position of the kernel to the next.
    ///   - padding: how the edges are padded.
    ///   - depthMultiplier: the depthwise convolution's output channels per input channel.
    ///   - activation: applied to the output; any function except softmax.
    ///   - useBias: whether a number is added to each channel of the output.
    ///   - kernelInitializer: the kernels' initial values.
    ///   - biasInitializer: the bias's initial values.
    ///   - kernelRegularizer: the penalty that each kernel adds to the loss.
    ///   - trainable: whether training changes the layer.
    ///   - name: the layer's name; `nil` for Keras's default name.
    public init(
        _ filters: Int, kernelSize: Int, strides: Int = 1, padding: Padding = .valid,
        depthMultiplier: Int = 1,
        activation: ActivationFunction = .linear, useBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, trainable: Bool = true, name: String? = nil
    ) {
        self.filters = filters
        self.depthMultiplier = depthMultiplier
        self.activation = activation
        self.name = name
        window = Window(square: kernelSize, stride: strides, padding: padding)
        kernel = KernelSettings(
            useBias: useBias, initializer: kernelInitializer, biasInitializer: biasInitializer,
            regularizer: kernelRegularizer, trainable: trainable)
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try window.convolvedSides(
            of: inputShape, positive: [("filters", filters), ("depthMultiplier", depthMultiplier)],
            activation, kernel,
            layer: label) + [filters]
    }
}

extension SeparableConv2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        filters = try settings.required(settings.integer("filters"), "filters")
        window = try Window(convolution: &settings)
        depthMultiplier = try settings.integer("depth_multiplier") ?? 1
        activation = try settings.choice("activation") ?? .linear
        kernel = try KernelSettings(&settings, kernel: "depthwise")
        name = try settings.text("name")
    }

    package var settings: Record {
        .object(
            window.settings(size: "kernel_size").merging(kernel.record(kernel: "depthwise")) { $1 }
                .merging([
                    "filters": .number(Double(filters)), "depth_multiplier": .number(Double(depthMultiplier)),
                    "activation": .string(activation.rawValue),
                ]) { $1 })
    }

    package var activationFunction: ActivationFunction? { activation }

    package func weights(for inputShape: [Int]) -> [Weight] {
        let channels = inputShape[2] * depthMultiplier
        let depthwise = Weight(
            name: "depthwise_kernel", shape: window.size + [inputShape[2], depthMultiplier],
            initializer: kernel.initializer, regularizer: kernel.regularizer, isTrained: kernel.trainable)
        return [depthwise]
            + kernel.weights([1, 1, channels, filters], named: "pointwise_kernel", outputs: filters)
    }
}
