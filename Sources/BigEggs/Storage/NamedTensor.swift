/// A tensor with its name, as in a weights file.
public struct NamedTensor: Sendable, Equatable {
    /// For example `conv2d/kernel`; a file holds each name once.
    public let name: String
    /// The extent of each dimension, outermost first; empty for a single number.
    public let shape: [Int]
    /// The values in row-major order; their number is the product of ``shape``.
    public var values: [Float]

    /// A tensor. Writing checks that the number of values fits the shape.
    public init(name: String, shape: [Int], values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }

    /// The same values under another name.
    func named(_ name: String) -> NamedTensor { NamedTensor(name: name, shape: shape, values: values) }

    /// Whether all values are finite numbers.
    package var isFinite: Bool { values.allSatisfy(\.isFinite) }
}

extension [NamedTensor] {
    /// All tensors, with a prefix added to their names, for a file that contains several sets of tensors with the same
    /// names.
    func prefixed(_ prefix: String) -> [NamedTensor] { map { $0.named(prefix + $0.name) } }

    /// The tensors whose names begin with a prefix, which is removed.
    func withoutPrefix(_ prefix: String) -> [NamedTensor] {
        filter { $0.name.hasPrefix(prefix) }.map { $0.named(String($0.name.dropFirst(prefix.count))) }
    }
}
