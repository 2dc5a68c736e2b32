/// A pass that transforms its kernel on each run, into the scratch that all passes share.
///
/// The backward pass uses a kernel only once before the kernel changes, so keeping a transformed copy would save no
/// time. In ResNet-18 such copies took 151 MB; the largest copy alone takes 38 MB.
final class TransformedFirst: Pass {
    private let kernel: any TransformedKernel
    private let parameter: Int
    private var pass: (any Pass)?
    private var scratchpad = Place.scratchpad
    private var addresses: (parameter: UnsafePointer<Float>, matrices: UnsafeMutableRawPointer)?

    /// - Parameters:
    ///   - parameter: the kernel's number in the parameter store.
    ///   - pass: makes the pass, given the place of the transformed kernel.
    init(_ kernel: some TransformedKernel, of parameter: Int, _ pass: (Place) -> any Pass) {
        self.kernel = kernel
        self.parameter = parameter
        self.pass = pass(.own(ObjectIdentifier(self)))
    }

    var implementation: String { pass?.implementation ?? "" }

    /// Bytes of the transformed kernel, in whole cache lines.
    private var kernelBytes: Int { kernel.byteCount.roundedUp(to: 128) }
    var scratchpadBytes: Int { kernelBytes + (pass?.scratchpadBytes ?? 0) }

    func useScratchpad(at place: Place) throws {
        scratchpad = place
        try pass?.useScratchpad(at: place)
    }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws {
        let matrices = address(scratchpad)
        addresses = (UnsafePointer(address(.parameter(parameter)).floats), matrices)
        try pass?.bind { place in
            switch place {
            case .own(ObjectIdentifier(self)): matrices
            case scratchpad: matrices + kernelBytes
            default: address(place)
            }
        }
    }

    func execute() {
        guard let addresses else { return }
        kernel.transform(addresses.parameter, into: addresses.matrices)
        pass?.execute()
    }
}
