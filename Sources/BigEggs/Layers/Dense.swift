/// A fully connected layer: `[features]` to `[units]`.
///
/// The kernel, `[features, units]`, starts Glorot-uniform, the bias, `[units]`, at zero.
/// Source: https://keras.io/api/layers/core_layers/dense/
public struct Dense: Layer {
    public let name: String?
    public static let kind = "dense"
    /// The number of outputs.
    public let units: Int
    /// Applied to the output; softmax at the end of a model only.
    public let activation: ActivationFunction

    /// A layer of `units` outputs.
    public init(_ units: Int, activation: ActivationFunction = .linear, name: String? = nil) {
        self.units = units
        self.activation = activation
        self.name = name
    }

    public func outputShape(for inputShape: [Int]) throws -> [Int] {
        let label = name ?? Dense.kind
        guard inputShape.count == 1 else {
            throw LayerError.inputRank(
                layer: label, found: inputShape, expected: "vectors (put Flatten before it)")
        }
        guard units > 0 else {
            throw LayerError.invalid(
                layer: label, argument: "units", value: "\(units)", allowed: "1 or more")
        }
        return [units]
    }
}
