/// A kernel in a form that a pass of the engine's own multiplies by.
protocol TransformedKernel: Equatable {
    var byteCount: Int { get }

    /// Makes the form of a parameter as it is stored.
    func transform(_ kernel: UnsafePointer<Float>, into matrices: UnsafeMutableRawPointer)
}

extension TransformedKernel {
    func isSame(as other: any TransformedKernel) -> Bool { other as? Self == self }
}
