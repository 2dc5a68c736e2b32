/// A ReLU that is not fused into another node, in place where possible.
final class RectifierNode: Node {
    let name: String
    let output: Signal
    let mayWorkInPlace = true
    let sharesGradient = true
    var inputs: [Signal] { [input] }
    private let input: Signal
    private let precision: Precision
    private var source: UnsafeMutableRawPointer?
    private var values: UnsafeMutableRawPointer?
    private var gradient: UnsafeMutableRawPointer?

    init(name: String, input: Signal, precision: Precision) {
        self.name = name
        self.input = input
        self.precision = precision
        output = Signal(dims: input.dims, layout: input.layout)
        output.isRectified = true
    }

    private var count: Int { input.byteCount / precision.bytes }

    var valuesForBackward: [Signal] { output.gradientIsMasked ? [] : [output] }

    func describeBackward(inputGradients: [Place?]) throws {
        // If another ReLU computed the input, that ReLU's node need not mask the gradient again. A second
        // ReLU leaves the first one's output unchanged, so both masks are the same.
        if input.readers == 1 { input.gradientIsMasked = true }
    }

    func bind(_ memory: PlanMemory) {
        source = memory.address(input.place)
        values = memory.address(output.place)
        gradient = memory.address(output.gradientPlace)
    }

    func forward(_ step: StepContext) {
        if let source, let values { rectify(source, into: values, count: count, precision) }
    }

    func backward(_ step: StepContext) {
        guard !output.gradientIsMasked, let values, let gradient else { return }
        maskGradient(gradient, whereRectified: values, count: count, precision, valuesPrecision: precision)
    }
}
