import Synchronization

/// A symbolic value in a graph of layers: an input or a layer's output, without numbers.
///
/// Layers are applied to values like functions; a ``Model`` consists of the layers between two values:
///
/// ```swift
/// let images = Input([32, 32, 3])
/// let features = Conv2D(16, kernelSize: 3)(images)
/// ```
///
/// Each application is a layer with its own weights. Shapes are checked when the model is made.
/// Source: https://keras.io/guides/functional_api/
public class SymbolicTensor: @unchecked Sendable {
    // Sendable because it is immutable and `Input` is its only subclass.
    private static let made = Atomic<Int>(0)

    private let layer: (any Layer)?
    private let inputs: [SymbolicTensor]
    /// The order of creation. A value depends only on values with smaller numbers.
    private let number: Int

    init(_ layer: (any Layer)?, _ inputs: [SymbolicTensor]) {
        self.layer = layer
        self.inputs = inputs
        number = SymbolicTensor.made.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    /// The layers between an input and this value, in the order in which they were applied.
    ///
    /// - Throws: ``LayerError/unconnected(_:)`` if the value does not depend on that input alone.
    func applications(from input: Input) throws -> [LayerApplication] {
        var found: [ObjectIdentifier: SymbolicTensor] = [:]
        var open = [self]
        while let value = open.popLast() {
            guard found.updateValue(value, forKey: ObjectIdentifier(value)) == nil else { continue }
            open += value.inputs
        }
        guard found.removeValue(forKey: ObjectIdentifier(input)) != nil else {
            throw LayerError.unconnected("the output does not depend on the input")
        }
        let values = found.values.sorted { $0.number < $1.number }
        var numbers = [ObjectIdentifier(input): 0]
        for (index, value) in values.enumerated() { numbers[ObjectIdentifier(value)] = index + 1 }
        return try values.map { value in
            guard let layer = value.layer else {
                throw LayerError.unconnected(
                    "the output depends on an input other than the model's: a model has one")
            }
            return LayerApplication(
                layer: layer, inputs: value.inputs.compactMap { numbers[ObjectIdentifier($0)] })
        }
    }
}

extension Layer {
    /// Applies the layer to values.
    public func callAsFunction(_ inputs: SymbolicTensor...) -> SymbolicTensor {
        SymbolicTensor(self, inputs)
    }

    /// Applies the layer to a list of values.
    public func callAsFunction(_ inputs: [SymbolicTensor]) -> SymbolicTensor {
        SymbolicTensor(self, inputs)
    }
}
