/// x where it is positive, `alpha` · (exp(x) − 1) elsewhere; any shape to the same shape.
///
/// Source: https://keras.io/api/layers/activation_layers/elu/
public struct ELU: Layer {
    public let name: String?
    public static let kind = "elu"
    /// The scale for negative inputs: the output approaches −`alpha` as x falls.
    public let alpha: Float

    /// An exponential linear unit; `alpha` has Keras's default.
    public init(alpha: Float = 1, name: String? = nil) {
        self.alpha = alpha
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        guard alpha > 0, alpha.isFinite else {
            throw LayerError.invalid(
                layer: label, argument: "alpha", value: "\(alpha)", allowed: "more than 0")
        }
        return inputShape
    }
}

extension ELU: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(alpha: try settings.float("alpha") ?? 1, name: try settings.text("name"))
    }

    package var settings: Record { ["alpha": Record(alpha)] }
}
