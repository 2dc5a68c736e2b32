/// A callback's state, as a checkpoint saves it.
public struct CallbackState: Sendable, Equatable {
    /// The callback's arguments as text. A training resumes only with equal arguments.
    public var settings: [String: String]
    /// The state's numbers, by names that the callback chooses.
    public var values: [String: Double]
    /// The state's tensors, by names that the callback chooses.
    public var tensors: [NamedTensor]

    /// A state made of its parts.
    public init(
        settings: [String: String] = [:], values: [String: Double] = [:], tensors: [NamedTensor] = []
    ) {
        self.settings = settings
        self.values = values
        self.tensors = tensors
    }

    /// A value as a whole number, or `nil` if it is missing or not whole.
    public func count(_ name: String) -> Int? { values[name].flatMap(Int.init(exactly:)) }
}
