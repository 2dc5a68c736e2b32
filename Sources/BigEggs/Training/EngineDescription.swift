/// What ran a model: what a record names for whoever wants the same bits.
public struct EngineDescription: Sendable, Codable, Equatable {
    /// The processor's name.
    public let processor: String
    /// The widest instruction set that oneDNN uses.
    public let instructionSet: String
    /// How many threads.
    public let threads: Int
    /// The precision of activations.
    public let precision: Precision
    /// oneDNN's version.
    public let oneDNN: String
    /// What each layer runs, once a training plan exists.
    public let algorithms: [ChosenAlgorithm]
}
