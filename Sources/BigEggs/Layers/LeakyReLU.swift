/// x where it is positive, `negativeSlope` · x elsewhere; any shape to the same shape.
///
/// Source: https://keras.io/api/layers/activation_layers/leaky_relu/
public struct LeakyReLU: Layer {
    public let name: String?
    public static let kind = "leaky_re_lu"
    /// The slope for negative inputs.
    public let negativeSlope: Float

    /// A leaky rectifier; the slope has Keras's default.
    public init(negativeSlope: Float = 0.3, name: String? = nil) {
        self.negativeSlope = negativeSlope
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        guard negativeSlope >= 0, negativeSlope.isFinite else {
            throw LayerError.invalid(
                layer: label, argument: "negativeSlope", value: "\(negativeSlope)",
                allowed: "0 or more")
        }
        return inputShape
    }
}

extension LeakyReLU: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            negativeSlope: try settings.float("negative_slope") ?? 0.3, name: try settings.text("name"))
    }

    package var settings: Record { ["negative_slope": Record(negativeSlope)] }
}
