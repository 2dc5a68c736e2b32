import BigEggs
import Testing

@Suite struct PhiloxTests {
    /// The known-answer tests of Random123, the library of Philox's authors.
    @Test func blocksAgreeWithTheAuthorsTestVectors() {
        #expect(
            Philox.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
                == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        #expect(
            Philox.block(
                counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                key: SIMD2(0xa409_3822, 0x299f_31d0))
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func permutationHoldsEveryIndexOnceAndDependsOnSeedAndEpoch() {
        let philox = Philox(seed: 7, purpose: .shuffle)
        let first = philox.permutation(of: 1000, stream: 0)
        #expect(first.sorted() == (0..<1000).map(Int32.init))
        #expect(first == philox.permutation(of: 1000, stream: 0))
        #expect(first != philox.permutation(of: 1000, stream: 1))
        #expect(first != Philox(seed: 8, purpose: .shuffle).permutation(of: 1000, stream: 0))
    }
}
