/// A model's input: images, `[height, width, channels]`, or vectors, `[features]`.
///
/// Source: https://keras.io/api/layers/core_layers/input/
public final class Input: SymbolicTensor, @unchecked Sendable {
    /// The shape of one input, without the batch.
    public let shape: [Int]

    /// An input of a shape, without the batch.
    public init(_ shape: [Int]) {
        self.shape = shape
        super.init(nil, [])
    }
}
