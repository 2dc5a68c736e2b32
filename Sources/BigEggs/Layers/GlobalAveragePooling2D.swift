/// The mean of each channel: `[height, width, channels]` to `[channels]`.
///
/// Source: https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
public struct GlobalAveragePooling2D: Layer {
    public let name: String?
    public static let kind = "global_average_pooling2d"

    /// A pooling over whole images.
    public init(name: String? = nil) { self.name = name }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try LayerError.checkImage(inputShape, layer: label)
        return [inputShape[2]]
    }
}

extension GlobalAveragePooling2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws { self.init(name: try settings.text("name")) }

    package var settings: Record { [:] }
}
