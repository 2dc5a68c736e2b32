/// What a layer runs in one direction: a primitive of oneDNN's, or one of the engine's own kind.
protocol Pass: AnyObject {
    /// What people call the implementation.
    var implementation: String { get }
    /// Scratch that it needs while it runs.
    var scratchpadBytes: Int { get }
    /// Says where the scratch will be, which all passes of a plan share.
    func useScratchpad(at place: Place) throws
    /// Resolves places to addresses, again whenever the memory has moved.
    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws
    func execute()
}

extension UnsafeMutableRawPointer {
    var floats: UnsafeMutablePointer<Float> { assumingMemoryBound(to: Float.self) }
}
