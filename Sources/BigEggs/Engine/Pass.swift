/// A layer's computation in one direction: a oneDNN primitive, or one of the engine's own kernels.
protocol Pass: AnyObject {
    /// The implementation's name, for display.
    var implementation: String { get }
    /// Bytes of scratch that the pass needs while it runs.
    var scratchpadBytes: Int { get }
    /// Sets the place of the scratch, which all passes of a plan share.
    func useScratchpad(at place: Place) throws
    /// Resolves places to addresses; called again whenever the memory has moved.
    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws
    func execute()
}

extension UnsafeMutableRawPointer {
    var floats: UnsafeMutablePointer<Float> { assumingMemoryBound(to: Float.self) }
}
