/// Dropout, in place where it may: what is kept is scaled by 1/(1 − rate), so that inference does nothing.
///
/// The mask is a function of seed, layer, step and element.
/// Source: https://keras.io/api/layers/regularization_layers/dropout/
final class DropoutNode: Node {
    let name: String
    private let input: Signal
    let output: Signal
    let mayWorkInPlace = true
    let sharesGradient = true
    var inputs: [Signal] { [input] }
    var ownBytes: Int { count + 8 }

    private let rate: Float
    private let layer: UInt32
    private let philox: Philox
    private let precision: Precision
    private var source: UnsafeMutableRawPointer?
    private var target: UnsafeMutableRawPointer?
    private var gradient: UnsafeMutableRawPointer?
    private var mask: UnsafeMutablePointer<UInt8>?

    /// The padding of a layout is masked like everything else: it is zero and stays so.
    private var count: Int { input.byteCount / precision.bytes }

    init(
        name: String, input: Signal, rate: Float, layer: Int, seed: UInt64, precision: Precision
    ) {
        self.name = name
        self.input = input
        self.rate = rate
        self.layer = UInt32(layer)
        self.precision = precision
        philox = Philox(seed: seed, purpose: .dropout)
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
        let threshold = UInt32((Double(rate) * 65536).rounded())
        let stream = UInt32(truncatingIfNeeded: step.step)
        let count = self.count
        let (philox, layer) = (self.philox, self.layer)
        Threads.parallel(over: (count + 7) / 8) { range, _ in
            for group in range {
                // Sixteen random bits decide on an element: eight elements a block.
                let words = philox.words(stream: stream, item: UInt32(group), draw: layer)
                for element in 0..<8 {
                    let bits = words[element / 2] >> (element % 2 == 0 ? 0 : 16) & 0xFFFF
                    mask[group * 8 + element] = bits >= threshold ? 1 : 0
                }
            }
        }
        scale(source, into: target)
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
