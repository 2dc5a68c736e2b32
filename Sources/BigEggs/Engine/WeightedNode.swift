import CKernels

/// The base class of convolution and inner product: a kernel, a bias and three passes.
///
/// oneDNN fuses a ReLU into the forward primitive. The node that reads the output masks the ReLU's gradient
/// if it can (``Signal/gradientIsMasked``); otherwise this node does so before its backward passes.
class WeightedNode: Node {
    let primitives: WeightedPrimitives
    let output: Signal
    var inputs: [Signal] { [input] }
    let hasParameters = true
    var ownBytes: Int { 0 }
    let input: Signal
    let kernel: Int
    let bias: Int?
    /// If batches are divided into fixed parts, the parts that the plan computes; otherwise nil.
    let fixedParts: SampleParts?
    let store: ParameterStore
    /// The shape for the engine's kernels for AMX; `nil` if they are not used.
    private let tiles: be_tile_shape?
    let threads: Int
    private var forwardPass: (any Pass)?
    private var backwardData: (any Pass)?
    private var backwardWeights: (any Pass)?
    let takesRecomputedInput = true
    private(set) var copies: [Int] = []
    private var gradient: UnsafeMutableRawPointer?
    private var values: UnsafeMutableRawPointer?

    /// - Parameter output: the output's layout, if it differs from the primitives' destination.
    init(
        _ primitives: WeightedPrimitives, input: Signal, output: TensorLayout? = nil, kernel: Int, bias: Int?,
        usesTiles: Bool, threads: Int, fixedParts: SampleParts?, store: ParameterStore
    ) throws {
        self.primitives = primitives
        self.input = input
        self.kernel = kernel
        self.bias = bias
        self.fixedParts = fixedParts
        self.store = store
        self.threads = threads
        tiles =
            usesTiles
            ? be_tile_shape(
                source: primitives.source, destination: primitives.destination, window: primitives.window)
            : nil
        let layout = output ?? primitives.destination
        self.output = Signal(dims: layout.dims, layout: layout)
        self.output.isRectified = primitives.rectifies
        if let pass = makeOwnForward() {
            forwardPass = pass
            return
        }
        let forward = try DividedPrimitive(parts(atMost: mostParts)) {
            try primitives.forward(samples: $0, weights: $1)
        }
        try forward.add(.source, at: input.place, layout: input.layout)
        try forward.add(.weights, at: weights(forward.layout(of: .weights)))
        if let bias { try forward.add(.bias, at: .parameter(bias)) }
        try forward.add(.destination, at: self.output.place, layout: layout)
        forwardPass = forward
    }

    var name: String { primitives.name }
    var kernelDims: [Int] { primitives.kernelDims }
    var rectifies: Bool { primitives.rectifies }
    var precision: Precision { primitives.precision }
    var batch: Int { input.dims[0] }

    private var trainsKernel: Bool { store.entries[kernel].weight.isTrained }

    /// The maximum number of parts that a batch is divided into, unless the parts are fixed.
    var mostParts: Int { 16 }

    private func parts(atMost most: Int) -> SampleParts {
        fixedParts ?? SampleParts(of: batch, atMost: most)
    }

    /// The place of the kernel in the layout that a primitive chose.
    private func weights(_ layout: LayoutChoice) throws -> Place {
        if store.layout(of: kernel) == layout { return .parameter(kernel) }
        let copy = try store.copy(of: kernel, as: layout)
        if !copies.contains(copy) { copies.append(copy) }
        return .copy(copy)
    }

    /// The place of the kernel, transformed for one of the engine's own passes.
    func weights(_ transformed: some TransformedKernel) -> Place {
        let copy = store.copy(of: kernel, as: transformed)
        if !copies.contains(copy) { copies.append(copy) }
        return .copy(copy)
    }

    /// The engine's own forward pass; `nil` to use oneDNN's.
    func makeOwnForward() -> (any Pass)? {
        tiles.map {
            TileConvolution(
                $0, isTurned: false, source: input.place,
                kernel: weights(TileKernel(dims: kernelDims, isTurned: false)),
                bias: bias.map { .parameter($0) }, rectifies: rectifies, target: output.place,
                precision: output.layout.precision, threads: threads)
        }
    }

    /// The engine's own pass for the input's gradient; `nil` to use oneDNN's.
    func makeOwnBackwardData(into gradient: Place) -> (any Pass)? {
        tiles.map { shape in
            TransformedFirst(TileKernel(dims: kernelDims, isTurned: true), of: kernel) {
                TileConvolution(
                    shape, isTurned: true, source: output.gradientPlace, kernel: $0, bias: nil,
                    rectifies: false, target: gradient, precision: input.layout.precision, threads: threads)
            }
        }
    }

    /// The engine's own pass for the gradients of kernel and bias; `nil` to use oneDNN's.
    ///
    /// - Parameter samples: how many samples the pass reads, from the start of the buffers.
    func makeOwnBackwardWeights(samples: Int) -> (any Pass)? {
        guard var shape = tiles else { return nil }
        shape.images = samples
        return TileGradient(
            shape, input: input.placeInBackward, outputGradient: output.gradientPlace,
            kernelGradient: .gradient(kernel), biasGradient: bias.map { .gradient($0) }, threads: threads)
    }

    /// The layout in which the engine's own passes read the output's gradient.
    var outputGradient: TensorLayout { primitives.gradient }

    /// The pass that computes the gradients of kernel and bias.
    func makeBackwardWeights() throws -> any Pass {
        // Each part has its own sums. 16 parts took a fifth longer than a single part; 8 parts took no longer.
        let primitive = try DividedPrimitive(parts(atMost: 8)) { samples, _ in
            try primitives.backwardWeights(store.entries[kernel].storedLayout, samples: samples)
        }
        try primitive.add(.source, at: input.placeInBackward, layout: input.layout)
        try primitive.add(.destinationGradient, at: output.gradientPlace, layout: primitives.gradient)
        try primitive.add(.weightsGradient, sumAt: .gradient(kernel))
        if let bias { try primitive.add(.biasGradient, sumAt: .gradient(bias)) }
        return primitive
    }

    var valuesForBackward: [Signal] { rectifies && !output.gradientIsMasked ? [input, output] : [input] }

    func describeBackward(inputGradients: [Place?]) throws {
        if let inputGradient = inputGradients[0], let pass = makeOwnBackwardData(into: inputGradient) {
            backwardData = pass
        } else if let inputGradient = inputGradients[0] {
            let primitive = try DividedPrimitive(parts(atMost: mostParts)) {
                try primitives.backwardData(samples: $0, weights: $1)
            }
            try primitive.add(.destinationGradient, at: output.gradientPlace, layout: primitives.gradient)
            try primitive.add(.weights, at: weights(primitive.layout(of: .weights)))
            try primitive.add(.sourceGradient, at: inputGradient, layout: input.layout)
            backwardData = primitive
        }
        if trainsKernel {
            backwardWeights =
                try ownGradient(of: [kernel, bias].compactMap { $0 }, makeOwnBackwardWeights)
                ?? makeBackwardWeights()
        } else if let bias, store.entries[bias].weight.isTrained {
            backwardWeights = ownGradient(of: [bias]) { samples in
                BiasGradient(
                    output, precision: precision, biasGradient: .gradient(bias), samples: samples)
            }
        }
    }

    /// The engine's own pass for gradients of parameters, over the whole batch or over its fixed parts; nil
    /// to use oneDNN's.
    private func ownGradient(
        of parameters: [Int], _ make: (_ samples: Int) -> (any Pass)?
    ) -> (any Pass)? {
        let whole = make(batch)
        guard whole != nil, let fixedParts else { return whole }
        func bytes(_ layout: TensorLayout) -> Int { layout.strides[0] * layout.precision.bytes }
        return TreeGradient(
            fixedParts,
            sampleBytes: [
                input.placeInBackward: bytes(input.layout), output.gradientPlace: bytes(outputGradient),
                ownPlace: ownBytes / batch,
            ],
            counts: Dictionary(
                uniqueKeysWithValues: parameters.map {
                    (.gradient($0), store.entries[$0].storedLayout.byteCount / 4)
                }), make)
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
        let dims = primitives.destination.dims
        let positions = dims[0] * dims.dropFirst(2).reduce(1, *)
        let one = 2 * positions * kernelDims.reduce(1, *)
        return (one, (backwardData == nil ? 0 : one) + (backwardWeights != nil && trainsKernel ? one : 0))
    }

    var algorithms: [(pass: String, implementation: String)] {
        [
            ("forward", forwardPass), ("backward data", backwardData), ("backward weights", backwardWeights),
        ].compactMap { name, pass in pass.map { (name, $0.implementation) } }
    }
}
