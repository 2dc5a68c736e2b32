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
    /// The shape for the only input.
    public func outputShape(for inputShapes: [[Int]]) throws -> [Int] {
        guard inputShapes.count == 1 else {
            throw LayerError.inputCount(
                layer: name ?? Self.kind, found: inputShapes.count, expected: "one input")
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

/// Why a layer cannot be part of the model it was put into.
public enum LayerError: Error, Equatable, CustomStringConvertible {
    case inputRank(layer: String, found: [Int], expected: String)
    case inputCount(layer: String, found: Int, expected: String)
    /// Inputs of a layer do not fit each other; `inputs` are their names, once it is known.
    case unequalInputs(layer: String, inputs: [String], shapes: [[Int]], expected: String)
    case tooSmall(layer: String, input: [Int], window: [Int])
    case invalid(layer: String, argument: String, value: String, allowed: String)
    case noLayers
    case unsupported(layer: String, reason: String)
    case duplicateName(String)
    /// Layers are not joined as a model's must be; the text says which way.
    case unconnected(String)

    public var description: String {
        switch self {
        case .inputRank(let layer, let found, let expected):
            "\(layer) takes \(expected), not \(found)"
        case .inputCount(let layer, let found, let expected):
            "\(layer) takes \(expected), not \(found)"
        case .unequalInputs(let layer, let inputs, let shapes, let expected):
            "\(layer) takes \(expected), not "
                + shapes.enumerated().map { index, shape in
                    inputs.indices.contains(index) ? "\(shape) of \(inputs[index])" : "\(shape)"
                }.joined(separator: " and ")
        case .tooSmall(let layer, let input, let window):
            "\(layer) with a window of \(window) does not fit into an input of \(input)"
        case .invalid(let layer, let argument, let value, let allowed):
            "\(layer): \(argument) is \(value), allowed is \(allowed)"
        case .noLayers:
            "the model has no layers: give it at least one"
        case .unsupported(let layer, let reason):
            "\(layer) cannot be used here: \(reason)"
        case .duplicateName(let name):
            "two layers are called \(name): names must differ"
        case .unconnected(let how): how
        }
    }

    /// The same error of a layer whose place in a model is known.
    ///
    /// - Parameters:
    ///   - name: the layer's name.
    ///   - inputs: the names of what it reads.
    fileprivate func named(_ name: String, inputs: [String]) -> LayerError {
        switch self {
        case .inputRank(_, let found, let expected): .inputRank(layer: name, found: found, expected: expected)
        case .inputCount(_, let found, let expected):
            .inputCount(layer: name, found: found, expected: expected)
        case .unequalInputs(_, _, let shapes, let expected):
            .unequalInputs(layer: name, inputs: inputs, shapes: shapes, expected: expected)
        case .tooSmall(_, let input, let window): .tooSmall(layer: name, input: input, window: window)
        case .invalid(_, let argument, let value, let allowed):
            .invalid(layer: name, argument: argument, value: value, allowed: allowed)
        case .unsupported(_, let reason): .unsupported(layer: name, reason: reason)
        case .noLayers, .duplicateName, .unconnected: self
        }
    }
}
