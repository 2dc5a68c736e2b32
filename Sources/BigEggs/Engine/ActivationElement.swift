/// The type of activations in memory; arithmetic on them is in `Float`.
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
