/// A penalty that a layer's kernel adds to the loss, so that the kernel stays small.
///
/// Source: https://keras.io/api/layers/regularizers/
public struct Regularizer: Sendable, Equatable {
    /// The factor of the sum of absolute values.
    public let l1: Float
    /// The factor of the sum of squares.
    public let l2: Float

    /// A penalty with one or both factors.
    public init(l1: Float = 0, l2: Float = 0) {
        self.l1 = l1
        self.l2 = l2
    }

    /// - Throws: ``LayerError`` for a factor that is below 0 or not finite.
    func check(layer: String) throws {
        for (argument, value) in [("l1", l1), ("l2", l2)] where value < 0 || !value.isFinite {
            throw LayerError.invalid(
                layer: layer, argument: "kernelRegularizer", value: "\(argument) of \(value)",
                allowed: "0 or more")
        }
    }
}
