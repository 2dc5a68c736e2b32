import CKernels

/// The upper half of a `Float`: 8 bits of exponent, 7 of fraction.
struct BFloat16: ActivationElement {
    var bits: UInt16

    /// The nearest value, ties to even.
    @inline(__always)
    init(_ value: Float) {
        let wide = value.bitPattern
        bits = UInt16(truncatingIfNeeded: (wide &+ 0x7FFF &+ (wide >> 16 & 1)) >> 16)
        if value.isNaN { bits = 0x7FC0 }
    }

    var float: Float { Float(bitPattern: UInt32(bits) << 16) }

    @inline(__always)
    static func load(_ pointer: UnsafePointer<BFloat16>) -> Lanes { be_load_bfloat16(pointer) }

    @inline(__always)
    static func loadHalf(_ pointer: UnsafePointer<BFloat16>) -> SIMD8<Float> { be_load_bfloat8(pointer) }

    @inline(__always)
    static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<BFloat16>) {
        be_store_bfloat16(lanes, pointer)
    }

    @inline(__always)
    static func storeHalf(_ lanes: SIMD8<Float>, _ pointer: UnsafeMutablePointer<BFloat16>) {
        be_store_bfloat8(lanes, pointer)
    }
}
