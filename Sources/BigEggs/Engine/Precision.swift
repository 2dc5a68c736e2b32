import CKernels

/// The precision of activations and of the weights that convolutions and matrix products read.
public enum Precision: String, Sendable, Codable, CaseIterable {
    case float32
    /// Activations and weights in bfloat16; master weights, moments, statistics and loss in float32.
    case bfloat16

    /// The precision in which this processor trains faster.
    ///
    /// An AMD Zen 4 multiplies pairs of bfloat16 at twice the rate of float32, and trains the report's network 1.6
    /// times as fast in bfloat16. An Intel processor with AVX-512 FP16 multiplies such pairs at half the rate of
    /// float32: 80 GFLOP/s per core instead of 170. AMX does not count: none of the engine's own kernels uses
    /// it yet.
    public static var fastest: Precision {
        be_bfloat16_is_faster(DNNL.instructionSet.ofKernels) ? .bfloat16 : .float32
    }

    var bytes: Int { self == .float32 ? 4 : 2 }
}
