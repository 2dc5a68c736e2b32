import CKernels

/// Sixteen channels of one pixel: what every hand-written pass over activations works on.
typealias Lanes = SIMD16<Float>

/// A type in which activations are kept in memory; all arithmetic on them is in `Float`.
protocol ActivationElement: BitwiseCopyable {
    init(_ value: Float)
    var float: Float { get }
    static func load(_ pointer: UnsafePointer<Self>) -> Lanes
    static func loadHalf(_ pointer: UnsafePointer<Self>) -> SIMD8<Float>
    static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Self>)
    static func storeHalf(_ lanes: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Self>)
}

extension Float: ActivationElement {
    var float: Float { self }

    @inline(__always)
    static func load(_ pointer: UnsafePointer<Float>) -> Lanes {
        UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
    }

    @inline(__always)
    static func loadHalf(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
    }

    @inline(__always)
    static func storeHalf(_ lanes: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: SIMD8<Float>.self)
    }
}

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

extension Lanes {
    /// These lanes where `values`, which a ReLU put out, are not zero, and zero elsewhere.
    ///
    /// Whole-number arithmetic on the bit patterns: Swift takes comparisons of vectors lane by lane.
    @inline(__always)
    func masked(whereRectified values: Lanes) -> Lanes {
        let magnitude = unsafeBitCast(values, to: SIMD16<Int32>.self) &<< 1
        let isNotZero = (magnitude | (0 &- magnitude)) &>> 31
        return unsafeBitCast(unsafeBitCast(self, to: SIMD16<Int32>.self) & isNotZero, to: Lanes.self)
    }

    /// max(x, 0) of each lane, by the sign bit.
    @inline(__always)
    var rectified: Lanes {
        let bits = unsafeBitCast(self, to: SIMD16<Int32>.self)
        return unsafeBitCast(bits & ~(bits &>> 31), to: Lanes.self)
    }
}
