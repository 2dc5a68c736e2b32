/// An image with zeros around it.
final class ZeroPaddingNode: Node {
    let name: String
    let output: Signal
    var inputs: [Signal] { [input] }
    private let input: Signal
    private let top, left: Int
    private let precision: Precision
    private var inputGradient: Place?
    private var memory: PlanMemory?

    init(name: String, input: Signal, outputDims: [Int], top: Int, left: Int, precision: Precision) {
        self.name = name
        self.input = input
        self.top = top
        self.left = left
        self.precision = precision
        output = Signal(dims: outputDims, layout: .images(outputDims, precision))
    }

    func describeBackward(inputGradients: [Place?]) throws { inputGradient = inputGradients[0] }

    func bind(_ memory: PlanMemory) { self.memory = memory }

    func forward(_ step: StepContext) {
        switch precision {
        case .float32: pad(Float.self)
        case .bfloat16: pad(BFloat16.self)
        }
    }

    func backward(_ step: StepContext) {
        switch precision {
        case .float32: cut(Float.self)
        case .bfloat16: cut(BFloat16.self)
        }
    }

    private func pad<Element: ActivationElement>(_ type: Element.Type) {
        guard let memory else { return }
        let source = UnsafePointer(memory.address(input.place).assumingMemoryBound(to: type))
        let target = memory.address(output.place).assumingMemoryBound(to: type)
        let (walk, wide) = (input.walk, output.walk)
        let (rows, columns, wideColumns) = (input.dims[2], input.dims[3], output.dims[3])
        let (top, left) = (top, left)
        Threads.parallel(over: wide.samples * wide.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / wide.blocks, item % wide.blocks)
                let lanes = wide.lanes(of: block)
                let from = source + sample * walk.sampleStride + block * walk.blockStride
                let to = target + sample * wide.sampleStride + block * wide.blockStride
                for position in 0..<wide.positions {
                    let (row, column) = (position / wideColumns - top, position % wideColumns - left)
                    let isInside = (0..<rows).contains(row) && (0..<columns).contains(column)
                    let place = from + (isInside ? (row * columns + column) * walk.positionStride : 0)
                    wide.store(
                        isInside ? walk.load(place, lanes: lanes) : .zero,
                        to + position * wide.positionStride,
                        lanes: lanes)
                }
            }
        }
    }

    private func cut<Element: ActivationElement>(_ type: Element.Type) {
        guard let memory, let inputGradient else { return }
        let source = UnsafePointer(memory.address(output.gradientPlace).assumingMemoryBound(to: type))
        let target = memory.address(inputGradient).assumingMemoryBound(to: type)
        let (walk, wide) = (input.walk, output.walk)
        let (columns, wideColumns) = (input.dims[3], output.dims[3])
        let (top, left) = (top, left)
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / walk.blocks, item % walk.blocks)
                let lanes = walk.lanes(of: block)
                let from = source + sample * wide.sampleStride + block * wide.blockStride
                let to = target + sample * walk.sampleStride + block * walk.blockStride
                for position in 0..<walk.positions {
                    let (row, column) = (position / columns + top, position % columns + left)
                    walk.store(
                        wide.load(from + (row * wideColumns + column) * wide.positionStride, lanes: lanes),
                        to + position * walk.positionStride, lanes: lanes)
                }
            }
        }
    }
}
