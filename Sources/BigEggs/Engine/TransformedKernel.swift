/// A kernel transformed for one of the engine's own passes.
protocol TransformedKernel: Equatable {
    var byteCount: Int { get }

    /// Transforms a parameter from the layout in which it is stored.
    func transform(_ kernel: UnsafePointer<Float>, into matrices: UnsafeMutableRawPointer)
}

extension TransformedKernel {
    func isSame(as other: any TransformedKernel) -> Bool { other as? Self == self }
}
