/// The engine that ran a model, recorded so that the results can be reproduced bit for bit.
public struct EngineDescription: Sendable, Codable, Equatable {
    /// The processor's name.
    public let processor: String
    /// The widest instruction set that the engine used.
    public let instructionSet: String
    /// The number of threads.
    public let threads: Int
    /// The precision of activations.
    public let precision: Precision
    /// oneDNN's version.
    public let oneDNN: String
    /// The algorithms of each layer; empty until a training plan exists.
    public let algorithms: [ChosenAlgorithm]
}
