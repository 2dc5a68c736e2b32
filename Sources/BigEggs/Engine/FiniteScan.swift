import CKernels

/// Looks for numbers that are not finite, by their bits: one parallel pass, bound by memory.
package enum FiniteScan {
    /// Whether all values are finite.
    package static func isFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
        magnitudes(of: values, count: count, areBelow: Float.infinity)
    }

    /// Whether all values are finite and have a finite square.
    package static func hasFiniteSquares(_ values: UnsafePointer<Float>, count: Int) -> Bool {
        // The square of 2⁶⁴ is the first that overflows.
        magnitudes(of: values, count: count, areBelow: 0x1p64)
    }

    /// Bit patterns of magnitudes are in the order of the magnitudes, with infinity and NaN on top: the limit is
    /// reached where the pattern and what is missing from the limit's to the sign bit reach the sign bit.
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
                // Whichever thread writes, writes the same.
                if (0..<16).contains(where: { reached[$0] < 0 }) { isBelow.pointee = false }
            }
        }
        return isBelow
            && (count / 16 * 16..<count).allSatisfy {
                (Int32(bitPattern: values[$0].bitPattern) & magnitude) &+ missing >= 0
            }
    }
}
