/// Dropout, in place: what is kept is scaled by 1/(1 − rate), so that inference does nothing.
///
/// The mask is a function of seed, layer, step and element.
/// Source: https://keras.io/api/layers/regularization_layers/dropout/
final class DropoutNode: Node {
    let name: String
    let input: Signal
    let output: Signal
    let passes: [any Pass] = []
    let sharesGradient = true

    private let rate: Float
    private let layer: UInt32
    private let philox: Philox
    private let precision: Precision
    private let maskOffset: Int
    private var values: UnsafeMutableRawPointer?
    private var gradient: UnsafeMutableRawPointer?
    private var mask: UnsafeMutablePointer<UInt8>?

    /// The padding of a layout is masked like everything else: it is zero and stays so.
    private var count: Int { input.byteCount / precision.bytes }

    init(
        name: String, input: Signal, rate: Float, layer: Int, seed: UInt64, precision: Precision,
        reserve: (Int) -> Int
    ) {
        self.name = name
        self.input = input
        self.rate = rate
        self.layer = UInt32(layer)
        self.precision = precision
        philox = Philox(seed: seed, purpose: .dropout)
        output = Signal(dims: input.dims, layout: input.layout, offset: input.offset)
        output.isRectified = input.isRectified
        maskOffset = reserve(input.byteCount / precision.bytes + 8)
    }

    func describeBackward(needsInputGradient: Bool) throws {
        input.gradientIsMasked = output.gradientIsMasked
    }

    func bind(_ memory: PlanMemory) {
        values = memory.address(output.place)
        gradient = memory.address(output.gradientPlace)
        mask = memory.address(.workspace(maskOffset)).assumingMemoryBound(to: UInt8.self)
    }

    func forward(_ step: StepContext) {
        guard let values, let mask else { return }
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
        scale(values)
    }

    func backward(_ step: StepContext) {
        if let gradient { scale(gradient) }
    }

    private func scale(_ values: UnsafeMutableRawPointer) {
        switch precision {
        case .float32: scale(values.assumingMemoryBound(to: Float.self))
        case .bfloat16: scale(values.assumingMemoryBound(to: BFloat16.self))
        }
    }

    private func scale<Element: ActivationElement>(_ values: UnsafeMutablePointer<Element>) {
        guard let mask else { return }
        let factor = 1 / (1 - rate)
        Threads.parallel(over: count) { range, _ in
            for index in range {
                values[index] = mask[index] == 0 ? Element(0) : Element(values[index].float * factor)
            }
        }
    }
}

/// A ReLU that stands on its own, in place.
final class RectifierNode: Node {
    let name: String
    let input: Signal
    let output: Signal
    let passes: [any Pass] = []
    let sharesGradient = true
    private let precision: Precision
    private var values: UnsafeMutableRawPointer?
    private var gradient: UnsafeMutableRawPointer?

    init(name: String, input: Signal, precision: Precision) {
        self.name = name
        self.input = input
        self.precision = precision
        output = Signal(dims: input.dims, layout: input.layout, offset: input.offset)
        output.isRectified = true
    }

    private var count: Int { input.byteCount / precision.bytes }

    func describeBackward(needsInputGradient: Bool) throws { input.gradientIsMasked = true }

    func bind(_ memory: PlanMemory) {
        values = memory.address(output.place)
        gradient = memory.address(output.gradientPlace)
    }

    func forward(_ step: StepContext) {
        if let values { rectify(values, count: count, precision) }
    }

    func backward(_ step: StepContext) {
        guard !output.gradientIsMasked, let values, let gradient else { return }
        maskGradient(gradient, whereRectified: values, count: count, precision, valuesPrecision: precision)
    }
}

/// The same values in another layout, where a layer cannot read what the one before it wrote.
final class ReorderNode: Node {
    let name: String
    let input: Signal
    let output: Signal
    /// The output as an image, also where it is passed on as a matrix.
    private let layout: TensorLayout
    private let forwardPrimitive: Primitive
    private var backwardPrimitive: Primitive?

    /// - Parameter flattened: the output, channels last, is passed on as a matrix, `[batch, features]`.
    init(
        name: String, input: Signal, to layout: TensorLayout, flattened: Bool = false,
        place: (Int) -> Int
    ) throws {
        self.name = name
        self.input = input
        self.layout = layout
        let dims = flattened ? [input.dims[0], input.dims.dropFirst().reduce(1, *)] : input.dims
        output = Signal(
            dims: dims, layout: flattened ? .rowMajor(dims, layout.precision) : layout,
            offset: place(layout.byteCount))
        output.isRectified = input.isRectified
        forwardPrimitive = try Primitive(
            "\(name) forward", .reorder(from: .described(input.layout), to: .described(layout)))
        try forwardPrimitive.add(.source, at: input.place)
        try forwardPrimitive.add(.destination, at: output.place)
    }

    func describeBackward(needsInputGradient: Bool) throws {
        input.gradientIsMasked = output.gradientIsMasked
        guard needsInputGradient else { return }
        // The loss writes its gradient in the precision of activations.
        let gradient = layout.with(input.layout.precision)
        let primitive = try Primitive(
            "\(name) backward", .reorder(from: .described(gradient), to: .described(input.layout)))
        try primitive.add(.source, at: output.gradientPlace)
        try primitive.add(.destination, at: input.gradientPlace)
        backwardPrimitive = primitive
    }

    var passes: [any Pass] { [forwardPrimitive, backwardPrimitive].compactMap { $0 } }
    func forward(_ step: StepContext) { forwardPrimitive.execute() }
    func backward(_ step: StepContext) { backwardPrimitive?.execute() }
}
