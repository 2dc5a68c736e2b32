/// Which implementation runs for one pass of one layer.
public struct ChosenAlgorithm: Sendable, Codable, Equatable {
    /// The layer's name.
    public let layer: String
    /// "forward", "backward data" or "backward weights".
    public let pass: String
    /// oneDNN's own name, such as "jit:avx512_core", or the engine's own, "winograd_4x3:…",
    /// "winograd_2x3:…" and "tiny_2x2:…".
    public let algorithm: String
}
