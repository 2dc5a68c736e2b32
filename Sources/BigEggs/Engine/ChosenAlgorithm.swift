/// Which implementation runs for one pass of one layer.
public struct ChosenAlgorithm: Sendable, Codable, Equatable {
    /// The layer's name.
    public let layer: String
    /// "forward", "backward data" or "backward weights"; "backward" for a pooling.
    public let pass: String
    /// oneDNN's own name, such as "jit:avx512_core", or one of the engine's own: "winograd_4x3:…",
    /// "winograd_2x3:…", "tiny_2x2:…" and "own", the bias gradient of a kernel that is not trained.
    public let algorithm: String
}
