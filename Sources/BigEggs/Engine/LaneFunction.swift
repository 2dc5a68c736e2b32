import CKernels

/// A function of each value that a pass applies on its way, with its derivative.
protocol LaneFunction {
    static func value(_ x: Lanes) -> Lanes
    static func derivative(_ x: Lanes) -> Lanes
}

/// Values as they are.
enum IdentityFunction: LaneFunction {
    @inline(__always)
    static func value(_ x: Lanes) -> Lanes { x }
    @inline(__always)
    static func derivative(_ x: Lanes) -> Lanes { Lanes(repeating: 1) }
}

/// x Φ(x). Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
enum GELUFunction: LaneFunction {
    @inline(__always)
    static func value(_ x: Lanes) -> Lanes { be_gelu16(x) }
    @inline(__always)
    static func derivative(_ x: Lanes) -> Lanes { be_gelu_derivative16(x) }
}
