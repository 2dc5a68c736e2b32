/// What a convolution and an inner product have in common: a kernel and a bias, and three passes.
///
/// oneDNN fuses a ReLU into the forward primitive. Its gradient is masked by whoever reads the output
/// next if that is a hand-written pass, otherwise by a pass of its own here.
class WeightedNode: Node {
    fileprivate let primitives: WeightedPrimitives
    let output: Signal
    var inputs: [Signal] { [input] }
    let isTrained = true
    fileprivate let input: Signal
    let kernel: Int
    let bias: Int?
    fileprivate let store: ParameterStore
    private var forwardPass: (any Pass)?
    private var backwardData: (any Pass)?
    private var backwardWeights: (any Pass)?
    private(set) var copies: [Int] = []
    private var gradient: UnsafeMutableRawPointer?
    private var values: UnsafeMutableRawPointer?

    fileprivate init(
        _ primitives: WeightedPrimitives, input: Signal, kernel: Int, bias: Int?, store: ParameterStore
    ) throws {
        self.primitives = primitives
        self.input = input
        self.kernel = kernel
        self.bias = bias
        self.store = store
        output = Signal(dims: primitives.destination.dims, layout: primitives.destination)
        output.isRectified = primitives.rectifies
        if let pass = makeWinogradForward() {
            forwardPass = pass
            return
        }
        let forward = try DividedPrimitive(batch: batch, parts: parts) {
            try primitives.forward(samples: $0, weights: $1)
        }
        try forward.add(.source, at: input.place, layout: input.layout)
        try forward.add(.weights, at: weights(forward.layout(of: .weights)))
        if let bias { try forward.add(.bias, at: .parameter(bias)) }
        try forward.add(.destination, at: output.place, layout: output.layout)
        forwardPass = forward
    }

    var name: String { primitives.name }
    fileprivate var kernelDims: [Int] { primitives.kernelDims }
    fileprivate var rectifies: Bool { primitives.rectifies }
    fileprivate var precision: Precision { primitives.precision }
    fileprivate var batch: Int { input.dims[0] }

    /// In how many parts a batch is divided at most.
    fileprivate var parts: Int { 16 }

    /// Where a primitive finds the kernel in the layout that it asked for.
    private func weights(_ layout: LayoutChoice) throws -> Place {
        if store.layout(of: kernel) == layout { return .parameter(kernel) }
        let copy = try store.copy(of: kernel, as: layout)
        if !copies.contains(copy) { copies.append(copy) }
        return .copy(copy)
    }

    /// The place of the kernel as Winograd's convolution wants it.
    fileprivate func weights(_ transformed: WinogradKernel) -> Place {
        let copy = store.copy(of: kernel, as: transformed)
        if !copies.contains(copy) { copies.append(copy) }
        return .copy(copy)
    }

    /// The engine's own passes in place of oneDNN's, where the rule is for them.
    fileprivate func makeWinogradForward() -> (any Pass)? { nil }
    fileprivate func makeWinogradBackwardData(into gradient: Place) -> (any Pass)? { nil }
    fileprivate func makeWinogradBackwardWeights() -> (any Pass)? { nil }

    /// The pass that gives the kernel's gradient, and the bias's.
    fileprivate func makeBackwardWeights() throws -> any Pass {
        // Each part has sums of its own: 16 of them took a fifth longer than one for all, 8 no longer.
        let primitive = try DividedPrimitive(batch: batch, parts: 8) { samples, _ in
            try primitives.backwardWeights(store.entries[kernel].storedLayout, samples: samples)
        }
        try primitive.add(.source, at: input.place, layout: input.layout)
        try primitive.add(.destinationGradient, at: output.gradientPlace, layout: gradientLayout)
        try primitive.add(.weightsGradient, sumAt: .gradient(kernel))
        if let bias { try primitive.add(.biasGradient, sumAt: .gradient(bias)) }
        return primitive
    }

    private var gradientLayout: TensorLayout { primitives.gradient }

    var valuesForBackward: [Signal] { rectifies && !output.gradientIsMasked ? [input, output] : [input] }

    func describeBackward(inputGradients: [Place?]) throws {
        if let inputGradient = inputGradients[0], let pass = makeWinogradBackwardData(into: inputGradient) {
            backwardData = pass
        } else if let inputGradient = inputGradients[0] {
            let primitive = try DividedPrimitive(batch: batch, parts: parts) {
                try primitives.backwardData(samples: $0, weights: $1)
            }
            try primitive.add(.destinationGradient, at: output.gradientPlace, layout: gradientLayout)
            try primitive.add(.weights, at: weights(primitive.layout(of: .weights)))
            try primitive.add(.sourceGradient, at: inputGradient, layout: input.layout)
            backwardData = primitive
        }
        backwardWeights = try makeWinogradBackwardWeights() ?? makeBackwardWeights()
    }

    var passes: [any Pass] { [forwardPass, backwardData, backwardWeights].compactMap { $0 } }

    func bind(_ memory: PlanMemory) {
        gradient = memory.address(output.gradientPlace)
        values = memory.address(output.place)
    }

    func forward(_ step: StepContext) { forwardPass?.execute() }

    func backward(_ step: StepContext) {
        if rectifies, !output.gradientIsMasked, let gradient, let values {
            maskGradient(
                gradient, whereRectified: values, count: output.layout.elementCount, precision,
                valuesPrecision: output.layout.precision)
        }
        backwardData?.execute()
        backwardWeights?.execute()
    }

    var operations: (forward: Int, backward: Int) {
        let positions = output.dims[0] * output.dims.dropFirst(2).reduce(1, *)
        let one = 2 * positions * kernelDims.reduce(1, *)
        return (one, (backwardData == nil ? 0 : one) + (backwardWeights == nil ? 0 : one))
    }

    var algorithms: [(pass: String, implementation: String)] {
        [
            ("forward", forwardPass), ("backward data", backwardData), ("backward weights", backwardWeights),
        ].compactMap { name, pass in pass.map { (name, $0.implementation) } }
    }
}

/// A two-dimensional convolution.
final class ConvolutionNode: WeightedNode {
    private let window: Operation.Window
    private let usesWinograd: Bool
    private let threads: Int

    /// - Parameters:
    ///   - outputDims: `[batch, filters, height, width]`.
    ///   - kerasKernel: where Keras's kernel has oneDNN's dimensions.
    ///   - allowsWinograd: whether Winograd's algorithm may be used where the rule admits it.
    init(
        name: String, input: Signal, outputDims: [Int], kernel: Int, bias: Int?, kerasKernel: TensorLayout,
        window: Operation.Window, rectifies: Bool, precision: Precision, allowsWinograd: Bool, threads: Int,
        store: ParameterStore
    ) throws {
        let kernelDims = kerasKernel.dims
        self.window = window
        self.threads = threads

        let layout = TensorLayout.images(outputDims, precision)
        let primitives = WeightedPrimitives(
            name: name, source: input.layout, destination: layout, kernelDims: kernelDims, window: window,
            hasBias: bias != nil, rectifies: rectifies, precision: precision)
        let isFaster =
            switch precision {
            case .float32:
                WinogradFloat32Convolution.isFor(
                    kernelDims: kernelDims, window: window, input: input.layout, output: layout)
            case .bfloat16:
                WinogradBFloat16Convolution.isFor(
                    kernelDims: kernelDims, window: window, input: input.layout, output: layout)
            }
        let mayUseWinograd = allowsWinograd && isFaster
        let winogradLayout = LayoutChoice.described(
            .kernelBlocks(kernelDims, .float32, size: layout.blockSize(of: 1)))
        if store.layout(of: kernel) == nil {
            store.chooseLayout(
                of: kernel, try mayUseWinograd ? winogradLayout : primitives.storedLayout(),
                kerasLayout: kerasKernel)
        }
        usesWinograd = mayUseWinograd && store.layout(of: kernel) == winogradLayout
        try super.init(primitives, input: input, kernel: kernel, bias: bias, store: store)
    }

    /// The kernel as Winograd's convolution multiplies by it.
    private func transformed(isTurned: Bool) -> WinogradKernel {
        WinogradKernel(
            dims: kernelDims, isTurned: isTurned, precision: precision,
            block: output.layout.blockSize(of: 1))
    }

    fileprivate override func makeWinogradForward() -> (any Pass)? {
        guard usesWinograd else { return nil }
        let transformed = transformed(isTurned: false)
        switch precision {
        case .float32:
            return WinogradFloat32Convolution(
                .init(source: input.layout, destination: output.layout, zeros: window.paddingBefore),
                input: input.place, kernel: weights(transformed), bias: bias.map { .parameter($0) },
                rectifies: rectifies, output: output.place, threads: threads)
        case .bfloat16:
            return WinogradBFloat16Convolution(
                transformed, dims: input.dims, input: input.place, kernel: weights(transformed),
                bias: bias.map { .parameter($0) }, rectifies: rectifies, output: output.place,
                threads: threads)
        }
    }

    fileprivate override func makeWinogradBackwardData(into gradient: Place) -> (any Pass)? {
        guard usesWinograd else { return nil }
        let transformed = transformed(isTurned: true)
        switch precision {
        case .float32:
            return WinogradFloat32Convolution(
                .init(
                    source: output.layout, destination: input.layout,
                    zeros: window.paddingBefore.map { 2 - $0 }),
                input: output.gradientPlace, kernel: weights(transformed), bias: nil, rectifies: false,
                output: gradient, threads: threads)
        case .bfloat16:
            return WinogradBFloat16Convolution(
                transformed, dims: output.dims, input: output.gradientPlace, kernel: weights(transformed),
                bias: nil, rectifies: false, output: gradient, threads: threads)
        }
    }

    fileprivate override func makeWinogradBackwardWeights() -> (any Pass)? {
        guard usesWinograd else { return nil }
        switch precision {
        case .float32:
            guard WinogradFloat32Gradient.isFor(kernelDims: kernelDims) else { return nil }
            return WinogradFloat32Gradient(
                .init(source: input.layout, destination: output.layout, zeros: window.paddingBefore),
                input: input.place, outputGradient: output.gradientPlace, kernelGradient: .gradient(kernel),
                biasGradient: bias.map { .gradient($0) }, threads: threads)
        case .bfloat16:
            guard WinogradBFloat16Gradient.isFor(kernelDims: kernelDims) else { return nil }
            return WinogradBFloat16Gradient(
                dims: input.dims, outputs: output.dims[1], input: input.place,
                outputGradient: output.gradientPlace, kernelGradient: .gradient(kernel),
                biasGradient: bias.map { .gradient($0) }, threads: threads)
        }
    }
}

/// A dense layer: the product of a matrix with a kernel, or of images as they lie in memory.
///
/// Flatten costs nothing: the product reads the blocked image, and the kernel's four dimensions are
/// mapped to the order in which Keras flattens.
final class InnerProductNode: WeightedNode {
    init(
        name: String, input: Signal, units: Int, kernel: Int, bias: Int?, kerasKernel: TensorLayout,
        rectifies: Bool, outputPrecision: Precision, precision: Precision, store: ParameterStore
    ) throws {
        let primitives = WeightedPrimitives(
            name: name, source: input.layout,
            destination: .rowMajor([input.dims[0], units], outputPrecision), kernelDims: kerasKernel.dims,
            window: nil, hasBias: bias != nil, rectifies: rectifies, precision: precision)
        if store.layout(of: kernel) == nil {
            store.chooseLayout(of: kernel, try primitives.storedLayout(), kerasLayout: kerasKernel)
        }
        try super.init(primitives, input: input, kernel: kernel, bias: bias, store: store)
    }

    /// Each part reads the whole kernel, so there are few.
    fileprivate override var parts: Int { 4 }

    fileprivate override func makeBackwardWeights() throws -> any Pass {
        try DividedProductGradient(
            primitives, parts: parts, layout: store.entries[kernel].storedLayout, source: input.place,
            gradient: output.gradientPlace, kernelGradient: .gradient(kernel),
            biasGradient: bias.map { .gradient($0) }) ?? super.makeBackwardWeights()
    }
}
