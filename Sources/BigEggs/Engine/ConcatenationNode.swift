/// Concatenates images or matrices along the channels.
final class ConcatenationNode: Node {
    let name: String
    let inputs: [Signal]
    let output: Signal
    private let precision: Precision
    private var gradients: [Place?] = []
    private var memory: PlanMemory?

    init(name: String, inputs: [Signal], outputDims: [Int], precision: Precision) {
        self.name = name
        self.inputs = inputs
        self.precision = precision
        output = Signal(
            dims: outputDims,
            layout: outputDims.count == 4
                ? .images(outputDims, precision) : .rowMajor(outputDims, precision))
    }

    func describeBackward(inputGradients: [Place?]) throws { gradients = inputGradients }

    func bind(_ memory: PlanMemory) { self.memory = memory }

    func forward(_ step: StepContext) {
        var first = 0
        for input in inputs {
            copy(input.dims[1], from: (input, input.place, 0), to: (output, output.place, first))
            first += input.dims[1]
        }
    }

    func backward(_ step: StepContext) {
        var first = 0
        for (input, gradient) in zip(inputs, gradients) {
            if let gradient {
                copy(input.dims[1], from: (output, output.gradientPlace, first), to: (input, gradient, 0))
            }
            first += input.dims[1]
        }
    }

    /// The location of channels in a signal's values or gradient.
    private typealias Channels = (signal: Signal, place: Place, first: Int)

    private func copy(_ count: Int, from source: Channels, to target: Channels) {
        switch precision {
        case .float32: copy(count, from: source, to: target, Float.self)
        case .bfloat16: copy(count, from: source, to: target, BFloat16.self)
        }
    }

    private func copy<Element: ActivationElement>(
        _ count: Int, from source: Channels, to target: Channels, _ type: Element.Type
    ) {
        guard let memory else { return }
        let (walk, other) = (source.signal.walk, target.signal.walk)
        let values = UnsafePointer(memory.address(source.place).assumingMemoryBound(to: type))
        let copies = memory.address(target.place).assumingMemoryBound(to: type)
        let isAligned = source.first % 16 == 0 && target.first % 16 == 0
        // Padding in the target's last block is zeroed, not copied: there the source may have another input's
        // channels.
        let end = target.first + count == other.channels ? other.blocks * 16 : target.first + count
        let blocks = (end - target.first + 15) / 16
        Threads.parallel(over: walk.samples * blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / blocks, item % blocks * 16)
                let lanes = min(16, end - target.first - block)
                let places = (0..<lanes).map { lane in
                    (
                        from: block + lane < count
                            ? walk.offset(ofChannel: source.first + block + lane) : nil,
                        to: other.offset(ofChannel: target.first + block + lane)
                    )
                }
                let start = values + sample * walk.sampleStride
                let begin = copies + sample * other.sampleStride
                let isWhole = isAligned && block + 16 <= count && walk.isContiguous && other.isContiguous
                for position in 0..<walk.positions {
                    let from = start + position * walk.positionStride
                    let to = begin + position * other.positionStride
                    if isWhole {
                        let sixteen = walk.load(
                            from + (source.first + block) / 16 * walk.blockStride, lanes: 16)
                        other.store(sixteen, to + (target.first + block) / 16 * other.blockStride, lanes: 16)
                        continue
                    }
                    for place in places {
                        guard let offset = place.to else { continue }
                        to[offset] = place.from.map { from[$0] } ?? Element(0)
                    }
                }
            }
        }
    }
}
