/// A convolution of each channel separately: `[height, width, channels]` to
/// `[height', width', channels · depthMultiplier]`.
///
/// By default, the initial kernel, `[kernelSize, kernelSize, channels, depthMultiplier]`, is Glorot-uniform and the
/// initial bias is zero.
/// Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
public struct DepthwiseConv2D: Layer {
    public let name: String?
    public static let kind = "depthwise_conv2d"
    /// Output channels per input channel.
    public let depthMultiplier: Int
    /// Applied to the output.
    public let activation: ActivationFunction
    package let window: Window
    package let kernel: KernelSettings

    /// A convolution with a square kernel.
    ///
    /// - Parameters:
    ///   - kernelSize: rows and columns of the kernel.
    ///   - strides: pixels from one position of the kernel to the next.
    ///   - padding: how the edges are padded.
    ///   - depthMultiplier: output channels per input channel.
    ///   - activation: applied to the output; any function except softmax.
    ///   - useBias: whether a number is added to each channel of the output.
    ///   - kernelInitializer: the kernel's initial values.
    ///   - biasInitializer: the bias's initial values.
    ///   - kernelRegularizer: the penalty that the kernel adds to the loss.
    ///   - trainable: whether training changes the layer.
    ///   - name: the layer's name; `nil` for Keras's default name.
    public init(
        kernelSize: Int, strides: Int = 1, padding: Padding = .valid, depthMultiplier: Int = 1,
        activation: ActivationFunction = .linear, useBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, trainable: Bool = true, name: String? = nil
    ) {
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
            of: inputShape, positive: [("depthMultiplier", depthMultiplier)], activation, kernel,
            layer: label) + [inputShape[2] * depthMultiplier]
    }
}

extension DepthwiseConv2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
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
                    "depth_multiplier": .number(Double(depthMultiplier)),
                    "activation": .string(activation.rawValue),
                ]) { $1 })
    }

    package var activationFunction: ActivationFunction? { activation }

    package func weights(for inputShape: [Int]) -> [Weight] {
        kernel.weights(
            window.size + [inputShape[2], depthMultiplier], outputs: inputShape[2] * depthMultiplier)
    }
}
