/// The sum of several images or matrices of one layout.
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
        switch precision {
        case .float32: add(Float.self)
        case .bfloat16: add(BFloat16.self)
        }
    }

    private func add<Element: ActivationElement>(_ type: Element.Type) {
        guard let target else { return }
        let count = output.layout.elementCount
        if target != sources[0] {
            forEachLanes(target, type, sources[0], type, count: count) { _, first in first }
        }
        for source in sources.dropFirst() {
            forEachLanes(target, type, source, type, count: count) { sum, added in sum + added }
        }
    }

    /// Nothing: each input's gradient is the output's.
    func backward(_ step: StepContext) {}
}
