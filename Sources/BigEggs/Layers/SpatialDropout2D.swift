/// Sets a share of whole channels to zero at random in training and scales the rest up: `[height, width, channels]` to
/// the same shape.
///
/// Source: https://keras.io/api/layers/regularization_layers/spatial_dropout2d/
public struct SpatialDropout2D: Layer {
    public let name: String?
    public static let kind = "spatial_dropout2d"
    /// The share of channels that are set to zero.
    public let rate: Float

    /// A dropout of `rate`, from 0 up to but not including 1.
    public init(_ rate: Float, name: String? = nil) {
        self.rate = rate
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try LayerError.check(rate: rate, layer: label)
        try LayerError.checkImage(inputShape, layer: label)
        return inputShape
    }
}

extension SpatialDropout2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.float("rate"), "rate"), name: try settings.text("name"))
    }

    package var settings: Record { ["rate": Record(rate)] }
}
