/// What a convolution and an inner product have in common: a kernel and a bias, and three passes.
///
/// oneDNN fuses a ReLU into the forward primitive. Its gradient is masked by whoever reads the output
/// next if that is a hand-written pass, otherwise by a pass of its own here.
class WeightedNode: Node {
    let name: String
    let output: Signal
    var inputs: [Signal] { [input] }
    let isTrained = true
    fileprivate let input: Signal
    let kernel: Int
    let bias: Int?
    /// oneDNN's dimensions of the kernel: `[outputs, inputs, height, width]`, or `[outputs, inputs]`.
    fileprivate let kernelDims: [Int]
    fileprivate let store: ParameterStore
    fileprivate let rectifies: Bool
    fileprivate let precision: Precision
    /// oneDNN's forward primitive, which its backward ones are described with whether or not it runs.
    fileprivate let forwardPrimitive: Primitive
    private var forwardPass: any Pass
    private var backwardData: (any Pass)?
    private var backwardWeights: (any Pass)?
    private(set) var copies: [Int] = []
    private var gradient: UnsafeMutableRawPointer?
    private var values: UnsafeMutableRawPointer?

    fileprivate init(
        name: String, input: Signal, output: Signal, kernel: Int, kernelDims: [Int], bias: Int?,
        rectifies: Bool, precision: Precision, store: ParameterStore, forward: Primitive
    ) throws {
        self.name = name
        self.input = input
        self.output = output
        self.kernel = kernel
        self.kernelDims = kernelDims
        self.bias = bias
        self.store = store
        self.rectifies = rectifies
        self.precision = precision
        forwardPrimitive = forward
        forwardPass = forward
        output.isRectified = rectifies
        if let pass = makeWinogradForward() {
            forwardPass = pass
            return
        }
        try forward.add(.source, at: input.place)
        try forward.add(.weights, at: weights(forward.layout(of: .weights)))
        if let bias { try forward.add(.bias, at: .parameter(bias)) }
        try forward.add(.destination, at: output.place)
    }

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

    /// Creates the primitive of one backward pass.
    fileprivate func makeBackwardData(gradient: TensorLayout) throws -> Primitive {
        throw EngineError.oneDNN(operation: name, status: -1)
    }
    fileprivate func makeBackwardWeights(gradient: TensorLayout) throws -> Primitive {
        throw EngineError.oneDNN(operation: name, status: -1)
    }

    /// The output's gradient, in the precision of activations even where the output is float32.
    fileprivate var gradientLayout: TensorLayout { output.layout.with(precision) }

    var valuesForBackward: [Signal] { rectifies && !output.gradientIsMasked ? [input, output] : [input] }

    func describeBackward(inputGradients: [Place?]) throws {
        let gradientLayout = self.gradientLayout
        if let inputGradient = inputGradients[0], let pass = makeWinogradBackwardData(into: inputGradient) {
            backwardData = pass
        } else if let inputGradient = inputGradients[0] {
            let primitive = try makeBackwardData(gradient: gradientLayout)
            try primitive.add(.destinationGradient, at: output.gradientPlace)
            try primitive.add(.weights, at: weights(primitive.layout(of: .weights)))
            try primitive.add(.sourceGradient, at: inputGradient)
            backwardData = primitive
        }
        if let pass = makeWinogradBackwardWeights() {
            backwardWeights = pass
            return
        }
        let primitive = try makeBackwardWeights(gradient: gradientLayout)
        try primitive.add(.source, at: input.place)
        try primitive.add(.destinationGradient, at: output.gradientPlace)
        try primitive.add(.weightsGradient, at: .gradient(kernel))
        if let bias { try primitive.add(.biasGradient, at: .gradient(bias)) }
        backwardWeights = primitive
    }

    var passes: [any Pass] { [forwardPass, backwardData, backwardWeights].compactMap { $0 } }

    func bind(_ memory: PlanMemory) {
        gradient = memory.address(output.gradientPlace)
        values = memory.address(output.place)
    }

    func forward(_ step: StepContext) { forwardPass.execute() }

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
        let forward = try Primitive(
            "\(name) forward",
            .convolution(
                .forward(then: rectifies ? [.rectifier] : []),
                .init(
                    source: input.layout, weights: .free(dims: kernelDims, precision), destination: layout,
                    hasBias: bias != nil),
                window))
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

        // The stored layout is the weight gradient's, in training and in inference alike.
        if store.layout(of: kernel) == nil {
            store.chooseLayout(
                of: kernel,
                try mayUseWinograd
                    ? winogradLayout
                    : ConvolutionNode.backwardWeights(
                        name, input.layout, .free(dims: kernelDims, .float32), layout, hasBias: bias != nil,
                        window, forward
                    ).layout(of: .weightsGradient),
                kerasLayout: kerasKernel)
        }
        usesWinograd = mayUseWinograd && store.layout(of: kernel) == winogradLayout
        try super.init(
            name: name, input: input,
            output: Signal(dims: outputDims, layout: layout),
            kernel: kernel, kernelDims: kernelDims, bias: bias, rectifies: rectifies, precision: precision,
            store: store,
            forward: forward)
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

    fileprivate override func makeBackwardData(gradient: TensorLayout) throws -> Primitive {
        return try Primitive(
            "\(name) backward data",
            .convolution(
                .backwardData(of: forwardPrimitive),
                .init(
                    source: input.layout, weights: .free(dims: kernelDims, precision), destination: gradient),
                window))
    }

    fileprivate override func makeBackwardWeights(gradient: TensorLayout) throws -> Primitive {
        try ConvolutionNode.backwardWeights(
            name, input.layout, store.entries[kernel].storedLayout, gradient, hasBias: bias != nil, window,
            forwardPrimitive)
    }

    private static func backwardWeights(
        _ name: String, _ source: TensorLayout, _ weights: LayoutChoice, _ gradient: TensorLayout,
        hasBias: Bool, _ window: Operation.Window, _ forward: Primitive
    ) throws -> Primitive {
        try Primitive(
            "\(name) backward weights",
            .convolution(
                .backwardWeights(of: forward),
                .init(source: source, weights: weights, destination: gradient, hasBias: hasBias), window))
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
        let kernelDims = kerasKernel.dims
        let layout = TensorLayout.rowMajor([input.dims[0], units], outputPrecision)
        let chosen = try Primitive(
            "\(name) forward",
            .innerProduct(
                .forward(then: rectifies ? [.rectifier] : []),
                .init(
                    source: input.layout, weights: .free(dims: kernelDims, precision), destination: layout,
                    hasBias: bias != nil)))
        if store.layout(of: kernel) == nil {
            let backward = try InnerProductNode.backwardWeights(
                name, input.layout, .free(dims: kernelDims, .float32), layout.with(precision),
                hasBias: bias != nil, chosen)
            store.chooseLayout(
                of: kernel, try backward.layout(of: .weightsGradient), kerasLayout: kerasKernel)
        }
        try super.init(
            name: name, input: input,
            output: Signal(dims: layout.dims, layout: layout),
            kernel: kernel, kernelDims: kernelDims, bias: bias, rectifies: rectifies, precision: precision,
            store: store,
            forward: chosen)
    }

    fileprivate override func makeBackwardData(gradient: TensorLayout) throws -> Primitive {
        func describe(_ weights: LayoutChoice) throws -> Primitive {
            try Primitive(
                "\(name) backward data",
                .innerProduct(
                    .backwardData(of: forwardPrimitive),
                    .init(source: input.layout, weights: weights, destination: gradient)))
        }
        // The forward pass's own layout spares a transposition after every optimizer step.
        let shared = try forwardPrimitive.layout(of: .weights)
        if let primitive = try? describe(shared), !primitive.isReference { return primitive }
        return try describe(.free(dims: kernelDims, precision))
    }

    fileprivate override func makeBackwardWeights(gradient: TensorLayout) throws -> Primitive {
        try InnerProductNode.backwardWeights(
            name, input.layout, store.entries[kernel].storedLayout, gradient, hasBias: bias != nil,
            forwardPrimitive)
    }

    private static func backwardWeights(
        _ name: String, _ source: TensorLayout, _ weights: LayoutChoice, _ gradient: TensorLayout,
        hasBias: Bool, _ forward: Primitive
    ) throws -> Primitive {
        try Primitive(
            "\(name) backward weights",
            .innerProduct(
                .backwardWeights(of: forward),
                .init(source: source, weights: weights, destination: gradient, hasBias: hasBias)))
    }
}
