/// Applies an activation function to the output of the layer before it.
///
/// Source: https://keras.io/api/layers/core_layers/activation/
public struct Activation: Layer {
    public let name: String?
    public static let kind = "activation"
    /// The function.
    public let function: ActivationFunction

    /// A layer that applies `function` to any shape, or a softmax to vectors at the end of a model.
    public init(_ function: ActivationFunction, name: String? = nil) {
        self.function = function
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        // Keras's softmax of an image normalizes the channels of each pixel, which is not implemented here.
        guard function != .softmax || inputShape.count == 1 else {
            throw LayerError.inputRank(
                layer: label, found: inputShape,
                expected: "vectors (put Flatten before it)")
        }
        return inputShape
    }
}

extension Activation: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.choice("activation"), "activation"),
            name: try settings.text("name"))
    }

    package var settings: Record { ["activation": .string(function.rawValue)] }

    package var activationFunction: ActivationFunction? { function }
}
