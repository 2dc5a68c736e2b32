/// Pooling by a oneDNN primitive. In training, max pooling keeps the position of each largest value in the
/// node's own memory, oneDNN's "workspace".
final class PoolingNode: Node {
    let name: String
    let output: Signal
    var inputs: [Signal] { [input] }
    let ownBytes: Int
    private let input: Signal
    private let pooling: Operation.Pooling
    private let window: Operation.Window
    private let isRemembered: Bool
    private let forwardPrimitive: Primitive
    private var backwardPrimitive: Primitive?

    init(
        name: String, input: Signal, outputDims: [Int], pooling: Operation.Pooling,
        window: Operation.Window, training: Bool
    ) throws {
        self.name = name
        self.input = input
        self.pooling = pooling
        self.window = window
        let layout = TensorLayout.images(outputDims, input.layout.precision)
        output = Signal(dims: outputDims, layout: layout)
        forwardPrimitive = try Primitive(
            "\(name) forward",
            .pooling(pooling, window, source: input.layout, destination: layout, training: training))
        isRemembered = training && pooling == .largest
        ownBytes = isRemembered ? forwardPrimitive.byteCount(of: .workspace) : 0
        try forwardPrimitive.add(.source, at: input.place)
        try forwardPrimitive.add(.destination, at: output.place)
        if isRemembered { try forwardPrimitive.add(.workspace, at: ownPlace) }
    }

    func describeBackward(inputGradients: [Place?]) throws {
        guard let inputGradient = inputGradients[0] else { return }
        let primitive = try Primitive(
            "\(name) backward",
            .poolingGradient(
                pooling, window, source: input.layout, destination: output.layout, of: forwardPrimitive))
        try primitive.add(.destinationGradient, at: output.gradientPlace)
        try primitive.add(.sourceGradient, at: inputGradient)
        if isRemembered { try primitive.add(.workspace, at: ownPlace) }
        backwardPrimitive = primitive
    }

    var passes: [any Pass] { [forwardPrimitive, backwardPrimitive].compactMap { $0 } }
    func forward(_ step: StepContext) { forwardPrimitive.execute() }
    func backward(_ step: StepContext) { backwardPrimitive?.execute() }
    var algorithms: [(pass: String, implementation: String)] {
        [("forward", forwardPrimitive), ("backward", backwardPrimitive)]
            .compactMap { pass, primitive in primitive.map { (pass, $0.implementation) } }
    }
}
