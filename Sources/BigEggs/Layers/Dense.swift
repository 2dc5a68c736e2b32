/// A fully connected layer: `[features]` to `[units]`.
///
/// The kernel, `[features, units]`, starts Glorot-uniform, the bias, `[units]`, at zero.
/// Source: https://keras.io/api/layers/core_layers/dense/
public struct Dense: Layer {
    public let name: String?
    public static let kind = "dense"
    /// The number of outputs.
    public let units: Int
    /// Applied to the output; softmax at the end of a model only.
    public let activation: ActivationFunction

    /// A layer of `units` outputs.
    public init(_ units: Int, activation: ActivationFunction = .linear, name: String? = nil) {
        self.units = units
        self.activation = activation
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        let label = name ?? Dense.kind
        guard inputShape.count == 1 else {
            throw LayerError.inputRank(
                layer: label, found: inputShape, expected: "vectors (put Flatten before it)")
        }
        guard units > 0 else {
            throw LayerError.invalid(
                layer: label, argument: "units", value: "\(units)", allowed: "1 or more")
        }
        return [units]
    }
}

extension Dense: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.integer("units"), "units"),
            activation: try settings.choice("activation") ?? .linear, name: try settings.text("name"))
    }

    package var settings: Record {
        ["units": .number(Double(units)), "activation": .string(activation.rawValue)]
    }

    package var activationFunction: ActivationFunction? { activation }

    package func weights(for inputShape: [Int]) -> [Weight] {
        [
            Weight(
                name: "kernel", shape: [inputShape[0], units],
                initializer: .glorotUniform(fanIn: inputShape[0], fanOut: units)),
            Weight(name: "bias", shape: [units], initializer: .zeros),
        ]
    }
}
