/// Dropout, in place where it may: what is kept is scaled by 1/(1 − rate), so that inference does nothing.
///
/// The mask is a function of seed, layer, step, the sample's place in the batch and the element's in the sample, as
/// Keras counts elements: it does not depend on how they lie in memory.
/// Source: https://keras.io/api/layers/regularization_layers/dropout/
final class DropoutNode: Node {
    let name: String
    let output: Signal
    let mayWorkInPlace = true
    let sharesGradient = true
    var inputs: [Signal] { [input] }
    /// A byte for each element, where the element lies.
    var ownBytes: Int { count }

    private let input: Signal
    private let rate: Float
    private let perChannel: Bool
    private let philox: Philox
    private let precision: Precision
    private var source: UnsafeMutableRawPointer?
    private var target: UnsafeMutableRawPointer?
    private var gradient: UnsafeMutableRawPointer?
    private var mask: UnsafeMutablePointer<UInt8>?

    private var count: Int { input.layout.elementCount }

    /// - Parameter perChannel: whether a channel is kept, or dropped, as a whole.
    init(
        name: String, input: Signal, rate: Float, perChannel: Bool, layer: Int, seed: UInt64,
        precision: Precision
    ) {
        self.name = name
        self.input = input
        self.rate = rate
        self.perChannel = perChannel
        self.precision = precision
        philox = Philox(seed: seed, purpose: .dropout, layer: layer)
        output = Signal(dims: input.dims, layout: input.layout)
        output.isRectified = input.isRectified
    }

    func describeBackward(inputGradients: [Place?]) throws {
        if input.readers == 1 { input.gradientIsMasked = output.gradientIsMasked }
    }

    func bind(_ memory: PlanMemory) {
        source = memory.address(input.place)
        target = memory.address(output.place)
        gradient = memory.address(output.gradientPlace)
        mask = memory.address(ownPlace).assumingMemoryBound(to: UInt8.self)
    }

    func forward(_ step: StepContext) {
        guard let source, let target, let mask else { return }
        drawMask(mask, step: UInt32(truncatingIfNeeded: step.step))
        scale(source, into: target)
    }

    private func drawMask(_ mask: UnsafeMutablePointer<UInt8>, step: UInt32) {
        let threshold = UInt32((Double(rate) * 65536).rounded())
        let (walk, philox, perChannel) = (input.walk, philox, perChannel)
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / walk.blocks, item % walk.blocks)
                let start = mask + sample * walk.sampleStride + block * walk.blockStride
                let lanes = walk.lanes(of: block)
                let channels = min(lanes, walk.channels - block * 16)
                // Sixteen random bits decide on an element: eight elements a group.
                var words = SIMD4<UInt32>.zero
                var group = -1
                for position in 0..<walk.positions {
                    let first = (perChannel ? 0 : position * walk.channels) + block * 16
                    for lane in 0..<lanes {
                        let element = first + lane
                        if element / 8 != group {
                            group = element / 8
                            words = philox.words(stream: step, item: UInt32(sample), draw: UInt32(group))
                        }
                        let bits = words[element % 8 / 2] >> (element % 2 == 0 ? 0 : 16) & 0xFFFF
                        // What fills up a block is zero and stays so.
                        let isKept = bits >= threshold && lane < channels
                        start[position * walk.positionStride + walk.offset(ofLane: lane)] = isKept ? 1 : 0
                    }
                }
            }
        }
    }

    func backward(_ step: StepContext) {
        if let gradient { scale(gradient, into: gradient) }
    }

    private func scale(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        switch precision {
        case .float32: scale(source, into: target, Float.self)
        case .bfloat16: scale(source, into: target, BFloat16.self)
        }
    }

    private func scale<Element: ActivationElement>(
        _ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer, _ type: Element.Type
    ) {
        guard let mask else { return }
        let source = source.assumingMemoryBound(to: type)
        let target = target.assumingMemoryBound(to: type)
        let factor = 1 / (1 - rate)
        Threads.parallel(over: count) { range, _ in
            for index in range {
                target[index] = mask[index] == 0 ? Element(0) : Element(source[index].float * factor)
            }
        }
    }
}
