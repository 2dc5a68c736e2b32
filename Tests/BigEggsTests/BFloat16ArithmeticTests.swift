import BigEggs
import CKernels
import Testing

/// Compares the kernels' bfloat16 arithmetic: plain code with float64, and the processor's bfloat16
/// instructions with plain code.
@Suite struct BFloat16ArithmeticTests {
    /// Bit patterns of floats at the limits of rounding, underflow, overflow and NaN, and of random floats of
    /// every exponent.
    private static let bits: [UInt32] = {
        let edges: [UInt32] = [
            0, 1, 0x007F_7FFF, 0x007F_FFFF, 0x0080_0000, 0x0080_0001, 0x3F80_7FFF, 0x3F80_8000, 0x3F80_8001,
            0x3F81_8000, 0x7F7F_7FFF, 0x7F7F_8000, 0x7F7F_FFFF, 0x7F80_0000, 0x7F80_0001, 0x7FA5_0000,
            0x7FC1_2345, 0x7FFF_FFFF,
        ]
        let random = Noise(stream: 1).integers(96_000, below: 65_536).map { UInt32($0) }
        let numbers = stride(from: 0, to: random.count, by: 2).map { random[$0] << 16 | random[$0 + 1] }
        return edges + edges.map { $0 | 1 << 31 } + numbers
    }()

    /// Pairs of bfloat16 factors, and the sums that their products are added to. Exponents are combined so that
    /// products are close to the sum, underflow or overflow.
    private static let products: (sums: [Float], left: [UInt32], right: [UInt32]) = {
        let some = bits.count / 16 * 16
        let sums = bits.prefix(some)
        let left = bits.reversed().prefix(some)
        let right = (0..<some).map { bits[($0 * 7 + 3) % some] }
        func near(_ exponent: UInt32, _ bits: UInt32) -> UInt32 {
            bits & 0x807F_FFFF | (exponent + bits >> 23 % 16) << 23
        }
        func pairs(_ exponent: UInt32, _ bits: UInt32) -> UInt32 {
            near(exponent, bits) & 0xFFFF_0000 | near(exponent, bits << 16) >> 16
        }
        var all = (sums: sums.map(Float.init(bitPattern:)), left: Array(left), right: right)
        for (ofSum, ofFactors) in [(120, 120), (0, 56), (0, 60), (238, 183)] as [(UInt32, UInt32)] {
            all.sums += sums.map { Float(bitPattern: near(ofSum, $0)) }
            all.left += left.map { pairs(ofFactors, $0) }
            all.right += right.map { pairs(ofFactors, $0) }
        }
        // The exact sum is 2⁻¹²⁶ − 2⁻ⁿ. From n = 151 on, it rounds to 2⁻¹²⁶ in 24 bits, so it is not denormal
        // and not flushed to zero.
        for n in 145..<161 as Range<UInt32> {
            all.sums.append(0x1p-126)
            all.left.append((127 - n / 2) << 23)
            all.right.append((127 - (n - n / 2)) << 23 | 1 << 31)
        }
        return all
    }()

    private func rounded(_ floats: [Float], by set: be_instruction_set) -> [UInt16] {
        precondition(floats.count % 16 == 0)
        var halves = [UInt16](repeating: 0, count: floats.count)
        be_bfloat16_round(set, floats, floats.count / 16, &halves)
        return halves
    }

    private func sums(by set: be_instruction_set) -> [Float] {
        var sums = Self.products.sums
        precondition(sums.count % 16 == 0)
        be_bfloat16_add_products(set, Self.products.left, Self.products.right, sums.count / 16, &sums)
        return sums
    }

    private var floats: [Float] {
        Self.bits.prefix(Self.bits.count / 16 * 16).map(Float.init(bitPattern:))
    }

    @Test func plainRoundingIsToNearestTiesToEven() {
        for (float, half) in zip(floats, rounded(floats, by: BE_PLAIN)) {
            let number = Float(bitPattern: UInt32(half) << 16)
            if float.isNaN {
                #expect(number.isNaN)
            } else if float.isSubnormal || float.isZero {
                #expect(number.isZero && number.sign == float.sign)
            } else {
                // The next bit pattern is the next larger magnitude; infinity follows the largest finite one.
                let lower = float.bitPattern & 0xFFFF_0000
                let below = float.bitPattern - lower
                let isUp = below > 0x8000 || below == 0x8000 && lower >> 16 & 1 == 1
                #expect(number.bitPattern == (isUp ? lower + 0x1_0000 : lower))
            }
        }
    }

    @Test func plainPairRoundingMatchesRoundingOfSingleNumbers() {
        let (even, odd) = (floats, Array(floats.reversed()))
        var pairs = [UInt32](repeating: 0, count: even.count)
        be_bfloat16_round_pairs(BE_PLAIN, even, odd, even.count / 16, &pairs)
        let expected = zip(rounded(even, by: BE_PLAIN), rounded(odd, by: BE_PLAIN)).map {
            UInt32($0) | UInt32($1) << 16
        }
        #expect(pairs == expected)
    }

    /// In float64, products of 8-bit significands are exact, and sums are far more accurate than in float32.
    /// So the tolerance is that of the two roundings to float32.
    @Test func plainSumsAgreeWithFloat64() {
        func number(_ bits: UInt32) -> Double {
            let float = Float(bitPattern: bits & 0xFFFF_0000)
            return float.isSubnormal ? 0 : Double(float)
        }
        let (terms, left, right) = Self.products
        for (index, sum) in sums(by: BE_PLAIN).enumerated() {
            let term = terms[index].isSubnormal ? 0 : Double(terms[index])
            let products = [
                number(left[index]) * number(right[index]),
                number(left[index] << 16) * number(right[index] << 16),
            ]
            let partial = term + products[0]
            let exact = partial + products[1]
            // Numbers from here on are rounded to infinity.
            let overflow = 0x1p128 - 0x1p103
            guard abs(partial) < overflow, abs(exact) < overflow else {
                #expect(!sum.isFinite)
                continue
            }
            let unit = Double(Float.ulpOfOne) / 2
            let allowed = (abs(partial) + abs(exact)) * unit + 2 * Double(Float.leastNormalMagnitude)
            #expect(abs(Double(sum) - exact) <= allowed * 1.01)
            #expect(!sum.isSubnormal)
        }
    }

    @Test(.enabled(if: DNNL.instructionSet.ofKernels.rawValue >= BE_AVX512_BF16.rawValue))
    func avx512BF16InstructionsGiveTheSameBitsAsPlainCode() {
        #expect(rounded(floats, by: BE_AVX512_BF16) == rounded(floats, by: BE_PLAIN))

        let (even, odd) = (floats, Array(floats.reversed()))
        var pairs = [[UInt32]](repeating: Array(repeating: 0, count: even.count), count: 2)
        be_bfloat16_round_pairs(BE_PLAIN, even, odd, even.count / 16, &pairs[0])
        be_bfloat16_round_pairs(BE_AVX512_BF16, even, odd, even.count / 16, &pairs[1])
        #expect(pairs[0] == pairs[1])

        // Which of several NaNs comes out is not specified.
        let (plain, instruction) = (sums(by: BE_PLAIN), sums(by: BE_AVX512_BF16))
        #expect(plain.map(\.isNaN) == instruction.map(\.isNaN))
        let differing = zip(plain, instruction).filter { !$0.isNaN && $0.bitPattern != $1.bitPattern }
        #expect(differing.isEmpty)
        #expect(plain.count { $0.isFinite && !$0.isZero } > plain.count / 3)
    }
}
