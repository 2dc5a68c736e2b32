/// Normalizes each channel to mean `beta` and standard deviation `gamma`, any shape to the same shape.
///
/// In training by the statistics of the batch, which also move the moving ones; in inference by the
/// moving mean and variance.
/// Source: https://keras.io/api/layers/normalization_layers/batch_normalization/
public struct BatchNormalization: Layer {
    public let name: String?
    public static let kind = "batch_normalization"
    /// How much of the moving statistics a step keeps.
    public let momentum: Float
    /// Added to the variance before its root is taken.
    public let epsilon: Float

    /// A batch normalization over the last axis.
    public init(momentum: Float = 0.99, epsilon: Float = 1e-3, name: String? = nil) {
        self.momentum = momentum
        self.epsilon = epsilon
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        let label = name ?? BatchNormalization.kind
        guard (0...1).contains(momentum) else {
            throw LayerError.invalid(
                layer: label, argument: "momentum", value: "\(momentum)", allowed: "0 to 1")
        }
        guard epsilon > 0 else {
            throw LayerError.invalid(
                layer: label, argument: "epsilon", value: "\(epsilon)", allowed: "more than 0")
        }
        return inputShape
    }
}

extension BatchNormalization: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            momentum: try settings.float("momentum") ?? 0.99, epsilon: try settings.float("epsilon") ?? 1e-3,
            name: try settings.text("name"))
    }

    package var settings: Record { ["momentum": Record(momentum), "epsilon": Record(epsilon)] }

    package func weights(for inputShape: [Int]) -> [Weight] {
        let shape = [inputShape[inputShape.count - 1]]
        return [
            Weight(name: "gamma", shape: shape, initializer: .ones),
            Weight(name: "beta", shape: shape, initializer: .zeros),
        ]
    }
}
