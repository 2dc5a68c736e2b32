/// Normalizes the channels of each pixel, or the features of each vector, to mean `beta` and standard deviation
/// `gamma`, any shape to the same shape.
///
/// Training and inference are the same.
/// Source: Ba, Kiros and Hinton, "Layer normalization", 2016;
/// https://keras.io/api/layers/normalization_layers/layer_normalization/
public struct LayerNormalization: Layer {
    public let name: String?
    public static let kind = "layer_normalization"
    /// Added to the variance before its root is taken.
    public let epsilon: Float
    /// Whether there is a `beta`; otherwise it is 0.
    public let center: Bool
    /// Whether there is a `gamma`; otherwise it is 1.
    public let scale: Bool

    /// A layer normalization over the last axis.
    public init(epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true, name: String? = nil) {
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        guard epsilon > 0, epsilon.isFinite else {
            throw LayerError.invalid(
                layer: label, argument: "epsilon", value: "\(epsilon)",
                allowed: "more than 0")
        }
        return inputShape
    }
}

extension LayerNormalization: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            epsilon: try settings.float("epsilon") ?? 1e-3, center: try settings.flag("center") ?? true,
            scale: try settings.flag("scale") ?? true, name: try settings.text("name"))
    }

    package var settings: Record {
        var record: Record = ["epsilon": Record(epsilon)]
        if !center { record["center"] = false }
        if !scale { record["scale"] = false }
        return record
    }

    package func weights(for inputShape: [Int]) -> [Weight] {
        Weight.scaleAndShift(of: inputShape, scale: scale, center: center)
    }
}
