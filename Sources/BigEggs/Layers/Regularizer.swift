/// What a layer's kernel adds to the loss, so that it stays small.
///
/// Source: https://keras.io/api/layers/regularizers/
public struct Regularizer: Sendable, Equatable {
    /// Times the sum of absolute values.
    public let l1: Float
    /// Times the sum of squares.
    public let l2: Float

    /// Both, or one of them.
    public init(l1: Float = 0, l2: Float = 0) {
        self.l1 = l1
        self.l2 = l2
    }

    /// - Throws: ``LayerError`` for a factor below 0.
    func check(layer: String) throws {
        for (argument, value) in [("l1", l1), ("l2", l2)] where value < 0 || !value.isFinite {
            throw LayerError.invalid(
                layer: layer, argument: "kernelRegularizer", value: "\(argument) of \(value)",
                allowed: "0 or more")
        }
    }
}
