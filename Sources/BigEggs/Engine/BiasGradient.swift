/// The gradient of a bias whose kernel is not trained: the sum of the output's gradient over images and positions.
///
/// The values of one sample are summed in float32, the sums of the samples in float64.
final class BiasGradient: Pass {
    private let outputGradient: Place
    private let biasGradient: Place
    private let walk: ChannelWalk
    private let precision: Precision
    private let parts: SampleParts
    private var scratchpad = Place.scratchpad
    private var bound: Bound?

    private struct Bound {
        let source: UnsafeMutableRawPointer
        let target: UnsafeMutablePointer<Float>
        /// One number per part and channel; channels are padded to a multiple of 16.
        let sums: UnsafeMutablePointer<Double>
    }

    /// - Parameter samples: how many samples to sum over, from the output's first sample on.
    init(_ output: Signal, precision: Precision, biasGradient: Place, samples: Int) {
        outputGradient = output.gradientPlace
        let layout = output.layout.with(samples: samples)
        walk = ChannelWalk(dims: layout.dims, layout: layout)
        self.precision = precision
        self.biasGradient = biasGradient
        parts = SampleParts(of: walk.samples, atMost: 16)
    }

    let implementation = "own"

    var scratchpadBytes: Int { parts.ranges.count * walk.blocks * 16 * MemoryLayout<Double>.stride }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        bound = Bound(
            source: address(outputGradient), target: address(biasGradient).floats,
            sums: address(scratchpad).assumingMemoryBound(to: Double.self))
    }

    func execute() {
        guard let bound else { return }
        switch precision {
        case .float32: sum(bound, Float.self)
        case .bfloat16: sum(bound, BFloat16.self)
        }
        for channel in 0..<walk.channels { bound.target[channel] = Float(bound.sums[channel]) }
    }

    private func sum<Element: ActivationElement>(_ bound: Bound, _ type: Element.Type) {
        let walk = walk
        let source = UnsafePointer(bound.source.assumingMemoryBound(to: type))
        walk.reduce(1, parts: parts, into: bound.sums) { sample, block, add in
            let lanes = walk.lanes(of: block)
            let start = source + sample * walk.sampleStride + block * walk.blockStride
            var sum = Lanes.zero
            for position in 0..<walk.positions {
                sum += walk.load(start + position * walk.positionStride, lanes: lanes)
            }
            add(0, sum)
        }
    }
}
