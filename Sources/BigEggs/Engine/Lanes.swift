/// Sixteen channels of one pixel: what every hand-written pass over activations works on.
typealias Lanes = SIMD16<Float>

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
