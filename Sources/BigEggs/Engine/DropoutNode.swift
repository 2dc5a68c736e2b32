/// Dropout, in place where possible.
///
/// Kept values are scaled by 1/(1 − rate), so inference needs no scaling.
///
/// The mask is a function of seed, layer, step, the sample's index in the batch and the element's index in
/// the sample. Elements are counted in Keras's order, so the mask does not depend on the memory layout.
/// Source: https://keras.io/api/layers/regularization_layers/dropout/
final class DropoutNode: Node {
    let name: String
    let output: Signal
    let mayWorkInPlace = true
    let sharesGradient = true
    var inputs: [Signal] { [input] }
    /// The mask: one byte per element, in the layout of the elements.
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

    /// - Parameter perChannel: whether channels are kept or dropped as a whole.
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
        drawMask(mask, step: UInt32(truncatingIfNeeded: step.step), first: step.firstSample)
        if source != target { target.copyMemory(from: source, byteCount: count * precision.bytes) }
        scale(target)
    }

    private func drawMask(_ mask: UnsafeMutablePointer<UInt8>, step: UInt32, first firstSample: Int) {
        let threshold = UInt32((Double(rate) * 65536).rounded())
        let (walk, philox, perChannel) = (input.walk, philox, perChannel)
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / walk.blocks, item % walk.blocks)
                let start = mask + sample * walk.sampleStride + block * walk.blockStride
                let lanes = walk.lanes(of: block)
                let channels = min(lanes, walk.channels - block * 16)
                for position in 0..<walk.positions {
                    let first = (perChannel ? 0 : position * walk.channels) + block * 16
                    let place = start + position * walk.positionStride
                    // An element takes sixteen random bits, so one draw serves eight elements.
                    for draw in first / 8...(first + lanes - 1) / 8 {
                        let words = philox.words(
                            stream: step, item: UInt32(firstSample + sample), draw: UInt32(draw))
                        for element in 0..<8 {
                            let lane = draw * 8 + element - first
                            guard lane >= 0, lane < lanes else { continue }
                            let bits = words[element / 2] >> (element % 2 == 0 ? 0 : 16) & 0xFFFF
                            // Padding stays zero.
                            place[walk.offset(ofLane: lane)] = bits >= threshold && lane < channels ? 1 : 0
                        }
                    }
                }
            }
        }
    }

    func backward(_ step: StepContext) {
        if let gradient { scale(gradient) }
    }

    private func scale(_ values: UnsafeMutableRawPointer) {
        switch precision {
        case .float32: scale(values.assumingMemoryBound(to: Float.self))
        case .bfloat16: scale(values.assumingMemoryBound(to: BFloat16.self))
        }
    }

    /// Scales in place: the compiler would not vectorize a loop between two buffers that may be the same.
    private func scale<Element: ActivationElement>(_ values: UnsafeMutablePointer<Element>) {
        guard let mask else { return }
        let factor = 1 / (1 - rate)
        Threads.parallel(over: count) { range, _ in
            for index in range {
                values[index] = mask[index] == 0 ? Element(0) : Element(values[index].float * factor)
            }
        }
    }
}
