/// A ``MaxPoolingPass``.
///
/// oneDNN's pooling of such images takes longer: of the fast network's first one, 91 ms forward and 91 ms backward,
/// where this node takes 16 and 16 (`bigeggs bench --recipe fast --precision bfloat16 --breakdown`, once each).
final class MaxPoolingNode: Node {
    let name: String
    let output: Signal
    var inputs: [Signal] { [input] }
    /// In training, a byte for each output: which of its window's four pixels it comes from.
    var ownBytes: Int { training ? output.layout.elementCount : 0 }
    private let input: Signal
    private let training: Bool
    private let pass: MaxPoolingPass
    private var inputGradientPlace: Place?
    private var bound: Bound?

    private struct Bound {
        let input, output, gradient, inputGradient: UnsafeMutablePointer<UInt16>
        let places: UnsafeMutablePointer<UInt8>?
    }

    /// Whether the node can compute a pooling: 2×2 with stride 2, of bfloat16 images with channels last.
    static func isFor(
        _ pooling: Operation.Pooling, _ window: Operation.Window, _ input: TensorLayout, outputDims: [Int]
    ) -> Bool {
        pooling == .largest && window.size == [2, 2] && window.strides == [2, 2]
            && window.paddingBefore == [0, 0] && input.dims[1] % 16 == 0
            && zip(input.dims, outputDims).dropFirst(2).allSatisfy { $0 / 2 == $1 }
            && input == .channelsLast(input.dims, .bfloat16)
    }

    init(name: String, input: Signal, outputDims: [Int], training: Bool) {
        self.name = name
        self.input = input
        self.training = training
        pass = MaxPoolingPass(
            samples: input.dims[0], height: input.dims[2], width: input.dims[3], channels: input.dims[1])
        output = Signal(dims: outputDims, layout: .channelsLast(outputDims, .bfloat16))
    }

    func describeBackward(inputGradients: [Place?]) { inputGradientPlace = inputGradients[0] }

    func bind(_ memory: PlanMemory) {
        func halves(_ place: Place) -> UnsafeMutablePointer<UInt16> {
            memory.address(place).assumingMemoryBound(to: UInt16.self)
        }
        bound = Bound(
            input: halves(input.place), output: halves(output.place), gradient: halves(output.gradientPlace),
            inputGradient: halves(inputGradientPlace ?? output.gradientPlace),
            places: training ? memory.address(ownPlace).assumingMemoryBound(to: UInt8.self) : nil)
    }

    func forward(_ step: StepContext) {
        if let bound { pass.forward(bound.input, into: bound.output, places: bound.places) }
    }

    func backward(_ step: StepContext) {
        guard let bound, let places = bound.places, inputGradientPlace != nil else { return }
        pass.backward(bound.gradient, places: places, into: bound.inputGradient)
    }

    var algorithms: [(pass: String, implementation: String)] {
        [("forward", "own")] + (inputGradientPlace == nil ? [] : [("backward", "own")])
    }
}
