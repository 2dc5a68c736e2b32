/// The sum of several images or matrices of the same layout.
final class SumNode: Node {
    let name: String
    let inputs: [Signal]
    let output: Signal
    let mayWorkInPlace = true
    let sharesGradient = true
    private let precision: Precision
    private var sources: [UnsafeMutableRawPointer] = []
    private var target: UnsafeMutableRawPointer?

    init(name: String, inputs: [Signal], precision: Precision) {
        self.name = name
        self.inputs = inputs
        self.precision = precision
        output = Signal(dims: inputs[0].dims, layout: inputs[0].layout)
    }

    func describeBackward(inputGradients: [Place?]) throws {}

    func bind(_ memory: PlanMemory) {
        sources = inputs.map { memory.address($0.place) }
        target = memory.address(output.place)
    }

    func forward(_ step: StepContext) {
        guard let target else { return }
        for (number, source) in sources.enumerated() where number > 0 || source != target {
            accumulate(
                source, into: target, isFirst: number == 0, count: output.layout.elementCount, precision)
        }
    }

    /// Does nothing: each input's gradient is the output's gradient.
    func backward(_ step: StepContext) {}
}
