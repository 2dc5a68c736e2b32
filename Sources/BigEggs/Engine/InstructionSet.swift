import CKernels

/// The instruction sets that the engine distinguishes. Each set contains the sets before it.
package enum InstructionSet: String, CaseIterable, Comparable {
    case none
    case sse41 = "SSE4.1"
    case avx = "AVX"
    case avx2 = "AVX2"
    case avx512 = "AVX-512"
    case avx512VNNI = "AVX-512 VNNI"
    case avx512BF16 = "AVX-512 BF16"
    case avx512FP16 = "AVX-512 FP16"
    case amx = "AMX"
    case amxFP16 = "AMX FP16"

    private var rank: Int { InstructionSet.allCases.firstIndex(of: self) ?? 0 }

    package static func < (first: InstructionSet, second: InstructionSet) -> Bool { first.rank < second.rank }

    /// The largest known set whose features are all in `number`, which may stand for a newer set.
    ///
    /// - Parameters:
    ///   - number: oneDNN's number of an instruction set, with one bit per processor feature.
    ///   - numbers: the numbers of the sets in the same version of oneDNN.
    package init(containedIn number: UInt32, of numbers: [(set: InstructionSet, number: UInt32)]) {
        self = numbers.filter { number & $0.number == $0.number }.map(\.set).max() ?? .none
    }

    /// Whether there are instructions for bfloat16, and oneDNN has code for them.
    package var hasBFloat16: Bool { self >= .avx512BF16 }

    /// The variant of the engine's own compute kernels for this instruction set.
    package var ofKernels: be_instruction_set {
        switch self {
        case .none, .sse41, .avx: BE_PLAIN
        case .avx2: BE_AVX2
        case .avx512, .avx512VNNI: BE_AVX512
        case .avx512BF16, .avx512FP16: BE_AVX512_BF16
        case .amx, .amxFP16: BE_AMX
        }
    }
}
