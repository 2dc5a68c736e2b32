/// A two-dimensional convolution: `[height, width, channels]` to `[height', width', filters]`.
///
/// By default, the initial kernel, `[kernelSize, kernelSize, channels, filters]`, is Glorot-uniform and the initial
/// bias, `[filters]`, is zero.
/// Source: https://keras.io/api/layers/convolution_layers/convolution2d/
public struct Conv2D: Layer {
    public let name: String?
    public static let kind = "conv2d"
    /// The number of output channels.
    public let filters: Int
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
    ///   - activation: applied to the output; any function except softmax.
    ///   - useBias: whether a number is added to each channel of the output.
    ///   - kernelInitializer: the kernel's initial values.
    ///   - biasInitializer: the bias's initial values.
    ///   - kernelRegularizer: the penalty that the kernel adds to the loss.
    ///   - trainable: whether training changes the layer.
    ///   - kernelTrainable: whether training changes the kernel. If false, it changes only the bias.
    ///   - name: the layer's name; `nil` for Keras's default name.
    public init(
        _ filters: Int, kernelSize: Int, strides: Int = 1, padding: Padding = .valid,
        activation: ActivationFunction = .linear, useBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, trainable: Bool = true, kernelTrainable: Bool = true,
        name: String? = nil
    ) {
        self.filters = filters
        self.activation = activation
        self.name = name
        window = Window(square: kernelSize, stride: strides, padding: padding)
        kernel = KernelSettings(
            useBias: useBias, initializer: kernelInitializer, biasInitializer: biasInitializer,
            regularizer: kernelRegularizer, trainable: trainable, isKernelTrainable: kernelTrainable)
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try window.convolvedSides(
            of: inputShape, positive: [("filters", filters)], activation, kernel,
            layer: label) + [filters]
    }
}

extension Conv2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        filters = try settings.required(settings.integer("filters"), "filters")
        window = try Window(convolution: &settings)
        activation = try settings.choice("activation") ?? .linear
        var kernel = try KernelSettings(&settings)
        kernel.isKernelTrainable = try settings.flag("kernel_trainable") ?? true
        self.kernel = kernel
        name = try settings.text("name")
    }

    package var settings: Record {
        .object(
            window.settings(size: "kernel_size").merging(kernel.record()) { $1 }
                .merging([
                    "filters": .number(Double(filters)), "activation": .string(activation.rawValue),
                ]) { $1 })
    }

    package var activationFunction: ActivationFunction? { activation }

    package func weights(for inputShape: [Int]) -> [Weight] {
        kernel.weights(window.size + [inputShape[2], filters], outputs: filters)
    }
}
