/// A two-dimensional convolution: `[height, width, channels]` to `[height', width', filters]`.
///
/// The kernel, `[kernelSize, kernelSize, channels, filters]`, starts Glorot-uniform, the bias,
/// `[filters]`, at zero.
/// Source: https://keras.io/api/layers/convolution_layers/convolution2d/
public struct Conv2D: Layer {
    public let name: String?
    public static let kind = "conv2d"
    /// The number of output channels.
    public let filters: Int
    /// Applied to the output: linear or ReLU.
    public let activation: ActivationFunction
    package let window: Window

    /// A convolution with a square kernel.
    ///
    /// - Parameters:
    ///   - filters: the number of output channels.
    ///   - kernelSize: rows and columns of the kernel.
    ///   - strides: pixels between two positions of the kernel.
    ///   - padding: what happens at the edges.
    ///   - activation: applied to the output: linear or ReLU.
    ///   - name: the name of its weights, or `nil` for Keras's.
    public init(
        _ filters: Int, kernelSize: Int, strides: Int = 1, padding: Padding = .valid,
        activation: ActivationFunction = .linear, name: String? = nil
    ) {
        self.filters = filters
        self.activation = activation
        self.name = name
        window = Window(
            size: [kernelSize, kernelSize], strides: [strides, strides], padding: padding)
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        let label = name ?? Conv2D.kind
        guard inputShape.count == 3 else {
            throw LayerError.inputRank(
                layer: label, found: inputShape, expected: "images, [height, width, channels]")
        }
        guard filters > 0 else {
            throw LayerError.invalid(
                layer: label, argument: "filters", value: "\(filters)", allowed: "1 or more")
        }
        guard activation != .softmax else {
            throw LayerError.unsupported(layer: label, reason: "a softmax stands at the end of a model only")
        }
        try window.check(layer: label, sizeArgument: "kernelSize")
        return try window.outputSize(for: Array(inputShape[0..<2]), layer: label) + [filters]
    }
}

extension Conv2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.integer("filters"), "filters"),
            kernelSize: try settings.required(settings.integer("kernel_size"), "kernel_size"),
            strides: try settings.integer("strides") ?? 1, padding: try settings.choice("padding") ?? .valid,
            activation: try settings.choice("activation") ?? .linear, name: try settings.text("name"))
    }

    package var settings: Record {
        [
            "filters": .number(Double(filters)), "kernel_size": .number(Double(window.size[0])),
            "strides": .number(Double(window.strides[0])), "padding": .string(window.padding.rawValue),
            "activation": .string(activation.rawValue),
        ]
    }

    package var activationFunction: ActivationFunction? { activation }

    package func weights(for inputShape: [Int]) -> [Weight] {
        let area = window.size[0] * window.size[1]
        return [
            Weight(
                name: "kernel", shape: window.size + [inputShape[2], filters],
                initializer: .glorotUniform(fanIn: area * inputShape[2], fanOut: area * filters)),
            Weight(name: "bias", shape: [filters], initializer: .zeros),
        ]
    }
}
