/// One layer of a ``Model``: a description, which the model turns into a plan.
///
/// The library has all layers; ``Lowering`` cannot be made outside of it.
public protocol Layer: Sendable {
    /// The name that the layer's weights are saved under. `nil` takes Keras's: the kind with a number
    /// from the second of its kind on, such as "conv2d_1".
    var name: String? { get }
    /// Keras's name for the kind of layer, such as "conv2d".
    static var kind: String { get }
    /// The shape of one output, without the batch.
    ///
    /// - Parameter inputShape: the shape of one input, `[height, width, channels]` or `[features]`.
    /// - Throws: ``LayerError`` if the layer cannot take such an input.
    func outputShape(for inputShape: [Int]) throws -> [Int]
    /// The same for a layer that may have several inputs, in their order.
    ///
    /// - Throws: ``LayerError`` for a number of inputs that the layer does not take, as well.
    func outputShape(for inputShapes: [[Int]]) throws -> [Int]
    /// How the engine runs the layer.
    var lowering: Lowering { get }
}

extension Layer {
    /// What errors call a layer whose place in a model is not known: its own name, or its kind.
    var label: String { name ?? Self.kind }

    /// The shape for the only input.
    public func outputShape(for inputShapes: [[Int]]) throws -> [Int] {
        guard inputShapes.count == 1 else {
            throw LayerError.inputCount(
                layer: label, found: inputShapes.count, expected: "one input")
        }
        return try outputShape(for: inputShapes[0])
    }
}

extension Layer {
    /// The output's shape; what does not fit is said with the layer's name in the model, and those of its inputs.
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
