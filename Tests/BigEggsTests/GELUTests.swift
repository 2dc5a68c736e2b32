import CKernels
import Foundation
import Testing

@Suite struct GELUTests {
    /// Values from -24, where Φ is 0, to 24, where Φ is 1; also values close to 0, and large values.
    private static let values: [Float] =
        (-2400...2400).map { Float($0) / 100 } + [0, -0.0, 1e-30, -1e-30, 88, -88, 3e4, -3e4]

    private func lanes(_ value: Float) -> SIMD16<Float> { SIMD16(repeating: value) }

    @Test func geluAgreesWithFloat64WithinItsApproximationError() {
        for value in Self.values {
            let x = Double(value)
            let found = Double(be_gelu16(lanes(value))[3])
            let expected = x * erfc(-x / 2.0.squareRoot()) / 2
            // The error of Φ is 7.5e-8, half the error of erf, plus one or two roundings.
            #expect(
                abs(found - expected) <= 2.5e-7 * max(abs(x), 1e-30), "\(value): \(found), not \(expected)")
        }
    }

    @Test func geluDerivativeAgreesWithFloat64() {
        for value in Self.values {
            let x = Double(value)
            let found = Double(be_gelu_derivative16(lanes(value))[12])
            let expected =
                erfc(-x / 2.0.squareRoot()) / 2 + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            #expect(abs(found - expected) <= 4e-7, "\(value): \(found), not \(expected)")
        }
    }

    @Test func geluPropagatesNaNAndInfinity() {
        #expect(be_gelu16(lanes(.nan))[0].isNaN && be_gelu_derivative16(lanes(.nan))[0].isNaN)
        #expect(be_gelu16(lanes(.infinity))[0] == .infinity)
    }
}
