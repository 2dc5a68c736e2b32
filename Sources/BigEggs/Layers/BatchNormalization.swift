/// Normalizes each channel to mean `beta` and standard deviation `gamma`, any shape to the same shape.
///
/// Training uses the batch's mean and variance, and updates their moving averages. Inference uses the moving
/// averages.
/// Source: https://keras.io/api/layers/normalization_layers/batch_normalization/
public struct BatchNormalization: Layer {
    public let name: String?
    public static let kind = "batch_normalization"
    /// The share of the moving averages that a training step keeps.
    public let momentum: Float
    /// Added to the variance before its root is taken.
    public let epsilon: Float
    /// Whether there is a `beta`; otherwise it is 0.
    public let center: Bool
    /// Whether there is a `gamma`; otherwise it is 1.
    public let scale: Bool
    /// Whether training changes the layer. If false, training uses the moving averages, as inference does.
    public let trainable: Bool

    /// A batch normalization over the last axis.
    ///
    /// - Parameters:
    ///   - momentum: the share of the moving averages that a training step keeps.
    ///   - epsilon: added to the variance before its root is taken.
    ///   - center: whether there is a `beta`.
    ///   - scale: whether there is a `gamma`.
    ///   - trainable: whether training changes the layer, its moving averages included.
    ///   - name: the layer's name; `nil` for Keras's default name.
    public init(
        momentum: Float = 0.99, epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true,
        trainable: Bool = true, name: String? = nil
    ) {
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.trainable = trainable
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
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
            center: try settings.flag("center") ?? true, scale: try settings.flag("scale") ?? true,
            trainable: try settings.flag("trainable") ?? true, name: try settings.text("name"))
    }

    package var settings: Record {
        var record: Record = ["momentum": Record(momentum), "epsilon": Record(epsilon)]
        if !center { record["center"] = false }
        if !scale { record["scale"] = false }
        if !trainable { record["trainable"] = false }
        return record
    }

    package func weights(for inputShape: [Int]) -> [Weight] {
        Weight.scaleAndShift(of: inputShape, scale: scale, center: center, isTrained: trainable)
    }
}
