/// Counter-based random numbers: Philox4x32-10.
///
/// A number depends only on a key and a counter. The order in which numbers are drawn does not
/// change them, and a checkpoint needs no generator state.
///
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct Philox: Sendable {
    /// What the numbers are for. Two purposes never share a number.
    public enum Purpose: UInt32, Sendable {
        case initialization = 1
        case shuffle
        case dropout
        case augmentation
        case sampling
        case noise
    }

    let key: SIMD2<UInt32>
    let purpose: UInt32

    /// The numbers of one purpose under one seed.
    public init(seed: UInt64, purpose: Purpose) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.purpose = purpose.rawValue
    }

    /// The numbers of one layer of a network, which no other layer shares.
    package init(seed: UInt64, purpose: Purpose, layer: Int) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.purpose = purpose.rawValue | UInt32(truncatingIfNeeded: layer + 1) << 8
    }

    /// Four random words of 32 bits, a function of stream, item and draw.
    ///
    /// A stream is an epoch, a step or a parameter; an item is a sample or an element. `draw` numbers the
    /// groups of four words that one item uses.
    @inline(__always)
    public func words(stream: UInt32, item: UInt32, draw: UInt32 = 0) -> SIMD4<UInt32> {
        Philox.block(counter: SIMD4(item, draw, stream, purpose), key: key)
    }

    /// Four uniform numbers in [0, 1), each with 24 random bits.
    @inline(__always)
    public func uniforms(stream: UInt32, item: UInt32, draw: UInt32 = 0) -> SIMD4<Float> {
        SIMD4<Float>(words(stream: stream, item: item, draw: draw) &>> 8) * 0x1p-24
    }

    /// The permutation of `0..<count` that belongs to a stream: Fisher and Yates's shuffle.
    public func permutation(of count: Int, stream: UInt32) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        var remaining = count
        while remaining > 1 {
            // 64 random bits choose among at most 2³² numbers, so the bias is below 2⁻³².
            let word = words(stream: stream, item: UInt32(remaining))
            let wide = UInt64(word[0]) << 32 | UInt64(word[1])
            let chosen = Int(wide.multipliedFullWidth(by: UInt64(remaining)).high)
            remaining -= 1
            order.swapAt(remaining, chosen)
        }
        return order
    }

    /// The ten-round block function.
    @inline(__always)
    public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for _ in 0..<10 {
            let first = UInt64(counter[0]) &* 0xD251_1F53
            let second = UInt64(counter[2]) &* 0xCD9E_8D57
            counter = SIMD4(
                UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0],
                UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1],
                UInt32(truncatingIfNeeded: first))
            key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return counter
    }
}
