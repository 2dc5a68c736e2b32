/// Sixteen channels of one pixel, the unit of every hand-written pass over activations.
typealias Lanes = SIMD16<Float>

extension Lanes {
    /// These lanes where `values`, the output of a ReLU, are not zero; zero elsewhere.
    ///
    /// Uses integer arithmetic on the bit patterns, because Swift compiles vector comparisons lane by lane.
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
