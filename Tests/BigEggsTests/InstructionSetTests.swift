import BigEggs
import CKernels
import Testing

/// The meaning of oneDNN's numbers for instruction sets, by version.
@Suite struct InstructionSetTests {
    typealias Numbers = [(set: InstructionSet, number: UInt32)]

    /// The numbers in the header of oneDNN 2.6. Sets that the header does not define have all bits set.
    static let numbersOf2: Numbers = [
        (.sse41, 0x1), (.avx, 0x3), (.avx2, 0x7), (.avx512, 0x27), (.avx512VNNI, 0x67), (.avx512BF16, 0xe7),
        (.avx512FP16, .max), (.amx, 0x3e7), (.amxFP16, .max),
    ]
    /// The numbers in the header of oneDNN 3.7.
    static let numbersOf3: Numbers = [
        (.sse41, 0x1), (.avx, 0x3), (.avx2, 0x7), (.avx512, 0x27), (.avx512VNNI, 0x67), (.avx512BF16, 0xe7),
        (.avx512FP16, 0x1ef), (.amx, 0xfef), (.amxFP16, 0x1fef),
    ]

    @Test func theNumbersInUseMatchTheOneDNNVersion() throws {
        let build = try #require(DNNL.build)
        var expected = build.major == 2 ? Self.numbersOf2 : Self.numbersOf3
        // oneDNN 2.7 added AVX-512 FP16, with a number that 3.0 changed.
        if build.major == 2, build.minor >= 7 {
            expected = expected.map { $0.set == .avx512FP16 ? ($0.set, 0x1e7) : $0 }
        }
        #expect(DNNL.instructionSetNumbers.map(\.set) == expected.map(\.set))
        #expect(DNNL.instructionSetNumbers.map(\.number) == expected.map(\.number))
        #expect(DNNL.instructionSet > .none)
    }

    @Test(arguments: [false, true])
    func everyKnownNumberMapsToItsInstructionSet(of3: Bool) {
        let numbers = of3 ? Self.numbersOf3 : Self.numbersOf2
        for (set, number) in numbers where number != .max {
            #expect(InstructionSet(containedIn: number, of: numbers) == set)
        }
    }

    @Test func unknownNumbersMapToTheGreatestContainedSet() {
        func set(_ number: UInt32, _ numbers: Numbers) -> InstructionSet {
            InstructionSet(containedIn: number, of: numbers)
        }
        // 0xf is Xeon Phi in 2.6 and AVX2 VNNI in 3.7.
        #expect(set(0xf, Self.numbersOf2) == .avx2)
        #expect(set(0xf, Self.numbersOf3) == .avx2)
        // AVX2 VNNI in 2.6, whose own bit is above the bits of AVX-512, which it lacks; AVX2 VNNI 2 in 3.7.
        #expect(set(0x407, Self.numbersOf2) == .avx2)
        #expect(set(0x1f, Self.numbersOf3) == .avx2)
        // The number of AVX-512 FP16 in 3.7, read with 2.6's numbers.
        #expect(set(0x1ef, Self.numbersOf2) == .avx512BF16)
        // Future sets with AMX and without.
        #expect(set(0x7fef, Self.numbersOf3) == .amxFP16)
        #expect(set(0x2fef, Self.numbersOf3) == .amx)
        #expect(set(0x21ef, Self.numbersOf3) == .avx512FP16)
        #expect(set(0x8000_0067, Self.numbersOf3) == .avx512VNNI)
        #expect(set(0, Self.numbersOf3) == .none)
    }

    @Test func instructionSetsAreOrdered() {
        #expect(InstructionSet.allCases == InstructionSet.allCases.sorted())
        #expect(InstructionSet.allCases.filter(\.hasBFloat16) == [.avx512BF16, .avx512FP16, .amx, .amxFP16])
        #expect(InstructionSet.avx512FP16 >= .avx512)
        #expect((.avx512BF16 ..< .amx).contains(InstructionSet.avx512FP16))
        #expect(!(.avx512BF16 ..< .amx).contains(InstructionSet.amx))
    }

    @Test func kernelsDistinguishFiveInstructionSets() {
        let greater = zip(InstructionSet.allCases, InstructionSet.allCases.dropFirst())
        #expect(greater.allSatisfy { $0.ofKernels.rawValue <= $1.ofKernels.rawValue })
        #expect(InstructionSet.avx.ofKernels == BE_PLAIN && InstructionSet.avx2.ofKernels == BE_AVX2)
        #expect(InstructionSet.avx512VNNI.ofKernels == BE_AVX512)
        let all = InstructionSet.allCases
        #expect(all.filter { $0.ofKernels == BE_AVX512_BF16 } == [.avx512BF16, .avx512FP16])
        #expect(all.filter { $0.ofKernels == BE_AMX } == [.amx, .amxFP16])
    }

    @Test func theBFloat16PeakIsPositiveOnlyWithBFloat16Instructions() {
        #expect(Machine.peakOperationsPerSecond(.float32, threads: 1) > 1e9)
        #expect(
            (Machine.peakOperationsPerSecond(.bfloat16, threads: 1) > 0) == DNNL.instructionSet.hasBFloat16)
    }

    @Test func theFastestPrecisionHasTheHigherPeak() {
        func peak(_ precision: Precision) -> Double {
            (0..<3).map { _ in Machine.peakOperationsPerSecond(precision, threads: 1) }.max() ?? 0
        }
        #expect((Precision.fastest == .bfloat16) == (peak(.bfloat16) > peak(.float32)))
    }

    /// Records and checkpoints hold these names.
    @Test func instructionSetNamesMatchEarlierRecords() {
        #expect(
            InstructionSet.allCases.map(\.rawValue) == [
                "none", "SSE4.1", "AVX", "AVX2", "AVX-512", "AVX-512 VNNI", "AVX-512 BF16", "AVX-512 FP16",
                "AMX",
                "AMX FP16",
            ])
    }
}
