/// The description of one layer, which a ``Model`` runs.
///
/// Only the library can define layers: ``Lowering`` has no public initializer.
public protocol Layer: Sendable {
    /// The name that the layer's weights are saved under. `nil` for Keras's default: "conv2d" for the first
    /// layer of that kind, "conv2d_1" for the second, and so on.
    var name: String? { get }
    /// Keras's name for the kind of layer, such as "conv2d".
    static var kind: String { get }
    /// The shape of one output, without the batch.
    ///
    /// - Parameter inputShape: the shape of one input, `[height, width, channels]` or `[features]`.
    /// - Throws: ``LayerError`` if the layer cannot take such an input.
    func outputShape(for inputShape: [Int]) throws -> [Int]
    /// The shape of one output, given the shapes of all inputs in order.
    ///
    /// - Throws: ``LayerError``, also for a wrong number of inputs.
    func outputShape(for inputShapes: [[Int]]) throws -> [Int]
    /// How the engine runs the layer.
    var lowering: Lowering { get }
}

extension Layer {
    /// The layer's name in errors until it is in a model: ``name``, or the kind if that is nil.
    var label: String { name ?? Self.kind }

    /// The shape of the output, for a layer with one input.
    public func outputShape(for inputShapes: [[Int]]) throws -> [Int] {
        guard inputShapes.count == 1 else {
            throw LayerError.inputCount(
                layer: label, found: inputShapes.count, expected: "one input")
        }
        return try outputShape(for: inputShapes[0])
    }
}

extension Layer {
    /// The output's shape. Errors contain the names that the layer and its inputs have in the model.
    ///
    /// - Throws: ``LayerError``.
    package func outputShape(
        for inputShapes: [[Int]], named name: String, reading inputs: [String]
    ) throws -> [Int] {
        do {
            return try outputShape(for: inputShapes)
        } catch let error as LayerError {
            throw error.named(name, inputs: inputs)
        }
    }
}
