/// Sets a share of its inputs to zero at random in training and scales the rest up; any shape to the same shape.
///
/// Source: https://keras.io/api/layers/regularization_layers/dropout/
public struct Dropout: Layer {
    public let name: String?
    public static let kind = "dropout"
    /// The share of inputs that are set to zero.
    public let rate: Float

    /// A dropout of `rate`, from 0 up to but not including 1.
    public init(_ rate: Float, name: String? = nil) {
        self.rate = rate
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try LayerError.check(rate: rate, layer: label)
        return inputShape
    }
}

extension LayerError {
    /// Throws unless `rate` is at least 0 and below 1.
    static func check(rate: Float, layer: String) throws {
        guard rate >= 0, rate < 1 else {
            throw LayerError.invalid(
                layer: layer, argument: "rate", value: "\(rate)",
                allowed: "from 0 up to but not including 1")
        }
    }
}

extension Dropout: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.float("rate"), "rate"), name: try settings.text("name"))
    }

    package var settings: Record { ["rate": Record(rate)] }
}
