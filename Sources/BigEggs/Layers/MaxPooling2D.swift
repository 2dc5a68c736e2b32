/// The maximum of each window: `[height, width, channels]` to `[height', width', channels]`.
///
/// Source: https://keras.io/api/layers/pooling_layers/max_pooling2d/
public struct MaxPooling2D: Layer {
    public let name: String?
    public static let kind = "max_pooling2d"
    package let window: Window

    /// Pooling over a square window.
    ///
    /// - Parameters:
    ///   - poolSize: rows and columns of the window.
    ///   - strides: pixels from one window to the next; `nil` takes the window's size.
    ///   - padding: how the edges are padded.
    ///   - name: the layer's name; `nil` for Keras's default name.
    public init(
        poolSize: Int = 2, strides: Int? = nil, padding: Padding = .valid, name: String? = nil
    ) {
        self.name = name
        window = Window(square: poolSize, stride: strides ?? poolSize, padding: padding)
    }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        try window.pooledShape(for: inputShape, layer: label)
    }
}

extension MaxPooling2D: ConfigurableLayer {
    package init(_ settings: inout Settings) throws {
        window = try Window(pooling: &settings)
        name = try settings.text("name")
    }

    package var settings: Record { .object(window.settings(size: "pool_size")) }
}
