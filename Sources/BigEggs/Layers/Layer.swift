/// One layer of a ``Sequential`` model: a description, which the model turns into a plan.
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
    /// How the engine runs the layer.
    var lowering: Lowering { get }
}

/// Why a layer cannot be part of the model it was put into.
public enum LayerError: Error, Equatable, CustomStringConvertible {
    case inputRank(layer: String, found: [Int], expected: String)
    case tooSmall(layer: String, input: [Int], window: [Int])
    case invalid(layer: String, argument: String, value: String, allowed: String)
    case noLayers
    case unsupported(layer: String, reason: String)
    case duplicateName(String)

    public var description: String {
        switch self {
        case .inputRank(let layer, let found, let expected):
            "\(layer) takes \(expected), not \(found)"
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
        }
    }
}
