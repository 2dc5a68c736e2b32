/// The maximum of each channel: `[height, width, channels]` to `[channels]`.
///
/// Source: https://keras.io/api/layers/pooling_layers/global_max_pooling2d/
public struct GlobalMaxPooling2D: Layer {
    public let name: String?
    public static let kind = "global_max_pooling2d"

    /// A pooling over whole images.
    public init(name: String? = nil) { self.name = name }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try LayerError.checkImage(inputShape, layer: label)
        return [inputShape[2]]
    }
}

extension GlobalMaxPooling2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws { self.init(name: try settings.text("name")) }

    package var settings: Record { [:] }
}
