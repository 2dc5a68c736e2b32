/// Why a layer or a graph of layers is invalid.
public enum LayerError: Error, Equatable, CustomStringConvertible {
    case inputRank(layer: String, found: [Int], expected: String)
    case inputCount(layer: String, found: Int, expected: String)
    /// The shapes of a layer's inputs do not match; `inputs` are the inputs' names, or empty while unknown.
    case unequalInputs(layer: String, inputs: [String], shapes: [[Int]], expected: String)
    case tooSmall(layer: String, input: [Int], window: [Int])
    case invalid(layer: String, argument: String, value: String, allowed: String)
    case noLayers
    case unsupported(layer: String, reason: String)
    case duplicateName(String)
    /// The layers are not connected as the layers of a model must be; the text says what is wrong.
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

    /// The same error with the layer's name in a model.
    ///
    /// - Parameters:
    ///   - name: the layer's name.
    ///   - inputs: the names of its inputs.
    func named(_ name: String, inputs: [String]) -> LayerError {
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

extension LayerError {
    /// Throws unless the input is an image.
    static func checkImage(_ inputShape: [Int], layer: String) throws {
        guard inputShape.count == 3 else {
            throw LayerError.inputRank(
                layer: layer, found: inputShape, expected: "images, [height, width, channels]")
        }
    }
}
