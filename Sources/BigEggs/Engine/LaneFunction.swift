import CKernels

/// An elementwise function that is fused into a pass.
protocol LaneFunction {
    static func value(_ x: Lanes) -> Lanes
    /// The gradient of `x`, from the gradient of the value.
    static func gradient(_ upstream: Lanes, at x: Lanes) -> Lanes
}

/// The identity.
enum IdentityFunction: LaneFunction {
    @inline(__always)
    static func value(_ x: Lanes) -> Lanes { x }
    @inline(__always)
    static func gradient(_ upstream: Lanes, at x: Lanes) -> Lanes { upstream }
}

/// max(x, 0).
enum RectifierFunction: LaneFunction {
    @inline(__always)
    static func value(_ x: Lanes) -> Lanes { x.rectified }
    @inline(__always)
    static func gradient(_ upstream: Lanes, at x: Lanes) -> Lanes {
        upstream.masked(whereRectified: x.rectified)
    }
}

/// x Φ(x). Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
enum GELUFunction: LaneFunction {
    @inline(__always)
    static func value(_ x: Lanes) -> Lanes { be_gelu16(x) }
    @inline(__always)
    static func gradient(_ upstream: Lanes, at x: Lanes) -> Lanes { upstream * be_gelu_derivative16(x) }
}
