/// An elementwise function as a oneDNN primitive; inference works in place where possible.
final class ElementwiseNode: Node {
    let name: String
    let output: Signal
    let mayWorkInPlace: Bool
    let sharesGradient = true
    var inputs: [Signal] { [input] }
    var valuesForBackward: [Signal] { [input] }
    private let input: Signal
    private let element: Operation.Elementwise
    private let forwardPrimitive: Primitive
    private var backwardPrimitive: Primitive?

    init(name: String, input: Signal, _ element: Operation.Elementwise, training: Bool) throws {
        self.name = name
        self.input = input
        self.element = element
        mayWorkInPlace = !training
        output = Signal(dims: input.dims, layout: input.layout)
        forwardPrimitive = try Primitive("\(name) forward", .elementwise(element, input.layout))
        try forwardPrimitive.add(.source, at: input.place)
        try forwardPrimitive.add(.destination, at: output.place)
    }

    func describeBackward(inputGradients: [Place?]) throws {
        guard let inputGradient = inputGradients[0] else { return }
        let primitive = try Primitive(
            "\(name) backward", .elementwiseGradient(element, input.layout, of: forwardPrimitive))
        try primitive.add(.source, at: input.place)
        try primitive.add(.destinationGradient, at: output.gradientPlace)
        try primitive.add(.sourceGradient, at: inputGradient)
        backwardPrimitive = primitive
    }

    func makeRecomputation() throws -> (any Pass)? {
        let primitive = try Primitive("\(name) forward", .elementwise(element, input.layout))
        try primitive.add(.source, at: input.place)
        try primitive.add(.destination, at: output.placeInBackward)
        return primitive
    }

    var passes: [any Pass] { [forwardPrimitive, backwardPrimitive].compactMap { $0 } }
    func forward(_ step: StepContext) { forwardPrimitive.execute() }
    func backward(_ step: StepContext) { backwardPrimitive?.execute() }
}
