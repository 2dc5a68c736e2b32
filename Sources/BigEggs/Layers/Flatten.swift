/// An image as a vector, row by row, each pixel's channels together: `[height, width, channels]` to
/// `[height · width · channels]`.
///
/// Source: https://keras.io/api/layers/reshaping_layers/flatten/
public struct Flatten: Layer {
    public let name: String?
    public static let kind = "flatten"

    /// A layer that flattens its input.
    public init(name: String? = nil) { self.name = name }

    public func outputShape(for inputShape: [Int]) -> [Int] { [inputShape.reduce(1, *)] }
}
