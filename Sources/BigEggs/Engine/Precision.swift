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
    /// float32: 80 GFLOP/s per core instead of 170. With AMX it multiplies tiles of bfloat16 at 2,200 GFLOP/s per core
    /// (`bigeggs bench --breakdown`).
    public static var fastest: Precision { fasterThanTheOther.precision }

    /// Why ``fastest`` is the faster precision on this processor.
    public static var reasonForFastest: String { fasterThanTheOther.reason }

    private static var fasterThanTheOther: (precision: Precision, reason: String) {
        let set = DNNL.instructionSet
        let refusal = DNNL.tileRefusal.map { "AMX is not used: \($0); " } ?? ""
        if set >= .amx { return (.bfloat16, "AMX multiplies tiles of bfloat16") }
        guard set.hasBFloat16 else {
            return (.float32, refusal + "no bfloat16 instructions are used")
        }
        return be_bfloat16_is_faster(set.ofKernels)
            ? (.bfloat16, "pairs of bfloat16 are multiplied at twice the rate of float32")
            : (.float32, refusal + "pairs of bfloat16 are multiplied at half the rate of float32")
    }

    var bytes: Int { self == .float32 ? 4 : 2 }
}
