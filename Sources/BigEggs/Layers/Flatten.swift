/// Flattens an image into a vector, row by row, each pixel's channels together: `[height, width, channels]` to
/// `[height · width · channels]`.
///
/// Source: https://keras.io/api/layers/reshaping_layers/flatten/
public struct Flatten: Layer {
    public let name: String?
    public static let kind = "flatten"

    /// A layer that flattens its input.
    public init(name: String? = nil) { self.name = name }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) -> [Int] { [inputShape.reduce(1, *)] }
}

extension Flatten: ConfigurableLayer {
    package init(_ settings: inout Settings) throws { self.init(name: try settings.text("name")) }

    package var settings: Record { [:] }
}
