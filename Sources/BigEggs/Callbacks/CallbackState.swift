/// What a callback remembers from one epoch to the next, as a checkpoint keeps it.
public struct CallbackState: Sendable, Equatable {
    /// The callback's arguments as text. A training resumes only with the same ones.
    public var settings: [String: String]
    /// What it remembers, by names of its own.
    public var values: [String: Double]
    /// Tensors that it remembers, by names of its own.
    public var tensors: [NamedTensor]

    /// A state made of its parts.
    public init(
        settings: [String: String] = [:], values: [String: Double] = [:], tensors: [NamedTensor] = []
    ) {
        self.settings = settings
        self.values = values
        self.tensors = tensors
    }

    /// A value that is a whole number.
    public func count(_ name: String) -> Int? { values[name].flatMap(Int.init(exactly:)) }
}
