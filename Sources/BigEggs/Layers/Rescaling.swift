/// `scale` · x + `offset`; any shape to the same shape.
///
/// Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
public struct Rescaling: Layer {
    public let name: String?
    public static let kind = "rescaling"
    /// The factor for each number.
    public let scale: Float
    /// Added after scaling.
    public let offset: Float

    /// A rescaling, such as by 1/255 for pixels.
    public init(_ scale: Float, offset: Float = 0, name: String? = nil) {
        self.scale = scale
        self.offset = offset
        self.name = name
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        for (argument, value) in [("scale", scale), ("offset", offset)] where !value.isFinite {
            throw LayerError.invalid(
                layer: label, argument: argument, value: "\(value)",
                allowed: "a finite number")
        }
        return inputShape
    }
}

extension Rescaling: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        self.init(
            try settings.required(settings.float("scale"), "scale"),
            offset: try settings.float("offset") ?? 0, name: try settings.text("name"))
    }

    package var settings: Record { ["scale": Record(scale), "offset": Record(offset)] }
}
