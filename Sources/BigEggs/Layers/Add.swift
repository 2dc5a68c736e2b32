/// The sum of its inputs, which must have equal shapes.
///
/// Source: https://keras.io/api/layers/merging_layers/add/
public struct Add: Layer {
    public let name: String?
    public static let kind = "add"

    /// A sum of two inputs or more.
    public init(name: String? = nil) { self.name = name }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] { try outputShape(for: [inputShape]) }

    public func outputShape(for inputShapes: [[Int]]) throws -> [Int] {
        guard inputShapes.count >= 2 else {
            throw LayerError.inputCount(
                layer: label, found: inputShapes.count, expected: "two inputs or more")
        }
        guard inputShapes.allSatisfy({ $0 == inputShapes[0] }) else {
            throw LayerError.unequalInputs(
                layer: label, inputs: [], shapes: inputShapes, expected: "inputs of one shape")
        }
        return inputShapes[0]
    }
}

extension Add: ConfigurableLayer {
    package init(_ settings: inout Settings) throws { self.init(name: try settings.text("name")) }

    package var settings: Record { [:] }
}
