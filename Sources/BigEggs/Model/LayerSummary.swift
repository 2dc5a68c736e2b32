/// A row of a model's summary.
public struct LayerSummary: Sendable, Codable, Equatable {
    /// The layer's name, such as "conv2d_1".
    public let name: String
    /// Keras's class name, such as "Conv2D".
    public let kind: String
    /// The names of the layers whose outputs the layer reads, in order; "input" for the model's input.
    public let inputs: [String]
    /// The shape of one output.
    public let outputShape: [Int]
    /// The number of parameters, moving statistics included, as Keras counts.
    public let parameterCount: Int
    /// The activation function, if the layer has one.
    public let activation: String?
}
