/// The precision of activations and of the weights that convolutions and products read.
public enum Precision: String, Sendable, Codable, CaseIterable {
    case float32
    /// Activations and weights in bfloat16; master weights, moments, statistics and loss in float32.
    case bfloat16

    /// The fastest that this processor computes in: bfloat16 where it has instructions for it.
    public static var fastest: Precision { DNNL.instructionSet.hasBFloat16 ? .bfloat16 : .float32 }

    var bytes: Int { self == .float32 ? 4 : 2 }
}
