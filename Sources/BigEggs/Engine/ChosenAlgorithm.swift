/// Which implementation runs for one pass of one layer.
public struct ChosenAlgorithm: Sendable, Codable, Equatable {
    /// The layer's name.
    public let layer: String
    /// "forward", "backward data" or "backward weights"; "backward" for a pooling.
    public let pass: String
    /// A name from oneDNN, such as "jit:avx512_core", or a name of the engine's own: "winograd_4x3:…",
    /// "winograd_2x3:…", "tiny_2x2:…", or "own" for the bias gradient of a layer whose kernel is not trained.
    public let algorithm: String
}
