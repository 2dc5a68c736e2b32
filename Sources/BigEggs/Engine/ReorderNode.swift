/// Copies values into another layout, for a layer that cannot read the layout of the layer before it.
final class ReorderNode: Node {
    let name: String
    private let input: Signal
    let output: Signal
    var inputs: [Signal] { [input] }
    /// The layout that is written, with the input's dimensions. If the output is passed on as a matrix,
    /// ``output`` has a matrix layout for the same bytes.
    private let layout: TensorLayout
    private let forwardPrimitive: Primitive
    private var backwardPrimitive: Primitive?

    /// - Parameter flattened: whether the output is passed on as a matrix, `[batch, features]`. `layout` must
    ///   then be channels last.
    init(name: String, input: Signal, to layout: TensorLayout, flattened: Bool = false) throws {
        self.name = name
        self.input = input
        self.layout = layout
        let dims = flattened ? [input.dims[0], input.dims.dropFirst().reduce(1, *)] : input.dims
        output = Signal(
            dims: dims, layout: flattened ? .rowMajor(dims, layout.precision) : layout)
        output.isRectified = input.isRectified
        forwardPrimitive = try Primitive(
            "\(name) forward", .reorder(from: .described(input.layout), to: .described(layout)))
        try forwardPrimitive.add(.source, at: input.place)
        try forwardPrimitive.add(.destination, at: output.place)
    }

    func describeBackward(inputGradients: [Place?]) throws {
        if input.readers == 1 { input.gradientIsMasked = output.gradientIsMasked }
        guard let inputGradient = inputGradients[0] else { return }
        // The node that converts a bfloat16 network's output to float32 gets a bfloat16 gradient from the
        // loss, so the gradient has the input's precision, not the output's.
        let gradient = layout.with(input.layout.precision)
        let primitive = try Primitive(
            "\(name) backward", .reorder(from: .described(gradient), to: .described(input.layout)))
        try primitive.add(.source, at: output.gradientPlace)
        try primitive.add(.destination, at: inputGradient)
        backwardPrimitive = primitive
    }

    var passes: [any Pass] { [forwardPrimitive, backwardPrimitive].compactMap { $0 } }
    func forward(_ step: StepContext) { forwardPrimitive.execute() }
    func backward(_ step: StepContext) { backwardPrimitive?.execute() }
}
