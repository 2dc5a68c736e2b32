import CKernels

/// Looks for non-finite numbers by their bits: one parallel pass, memory-bound.
package enum FiniteScan {
    /// Whether all values are finite.
    package static func isFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
        magnitudes(of: values, count: count, areBelow: Float.infinity)
    }

    /// Whether all values are finite and have a finite square.
    package static func hasFiniteSquares(_ values: UnsafePointer<Float>, count: Int) -> Bool {
        // 2⁶⁴ is the smallest magnitude whose square overflows.
        magnitudes(of: values, count: count, areBelow: 0x1p64)
    }

    /// Whether all magnitudes are below a limit.
    ///
    /// Bit patterns of magnitudes are ordered like the magnitudes, with infinity and NaN on top. `missing` is the
    /// difference between the sign bit and the limit's pattern. A magnitude reaches the limit if adding `missing` to
    /// its pattern sets the sign bit.
    private static func magnitudes(
        of values: UnsafePointer<Float>, count: Int, areBelow limit: Float
    ) -> Bool {
        let missing = Int32(bitPattern: 0x8000_0000 - limit.bitPattern)
        let magnitude = Int32.max
        var isBelow = true
        withUnsafeMutablePointer(to: &isBelow) { isBelow in
            Threads.parallel(over: count / 16) { range, _ in
                var reached = SIMD16<Int32>.zero
                for index in range {
                    let bits = unsafeBitCast(Float.load(values + index * 16), to: SIMD16<Int32>.self)
                    reached |= (bits & magnitude) &+ missing
                }
                // All threads that write store the same value.
                if (0..<16).contains(where: { reached[$0] < 0 }) { isBelow.pointee = false }
            }
        }
        return isBelow
            && (count / 16 * 16..<count).allSatisfy {
                (Int32(bitPattern: values[$0].bitPattern) & magnitude) &+ missing >= 0
            }
    }
}
