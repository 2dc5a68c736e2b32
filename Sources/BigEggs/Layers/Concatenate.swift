/// Concatenates its inputs along channels or features; images must have equal height and width.
///
/// Source: https://keras.io/api/layers/merging_layers/concatenate/
public struct Concatenate: Layer {
    public let name: String?
    public static let kind = "concatenate"

    /// A concatenation of two inputs or more along the last axis.
    public init(name: String? = nil) { self.name = name }

    public var lowering: Lowering { Lowering(self) }

    public func outputShape(for inputShape: [Int]) throws -> [Int] { try outputShape(for: [inputShape]) }

    public func outputShape(for inputShapes: [[Int]]) throws -> [Int] {
        guard inputShapes.count >= 2 else {
            throw LayerError.inputCount(
                layer: label, found: inputShapes.count, expected: "two inputs or more")
        }
        let places = inputShapes[0].dropLast()
        guard inputShapes.allSatisfy({ $0.dropLast() == places && $0.count == inputShapes[0].count }) else {
            throw LayerError.unequalInputs(
                layer: label, inputs: [], shapes: inputShapes,
                expected: "inputs of one shape but for the last axis")
        }
        return places + [inputShapes.reduce(0) { $0 + $1[$1.count - 1] }]
    }
}

extension Concatenate: ConfigurableLayer {
    package init(_ settings: inout Settings) throws { self.init(name: try settings.text("name")) }

    package var settings: Record { [:] }
}
