/// Everything about a step that can be decided before it: for one batch size, the primitives in their
/// order, their layouts, and a place in memory for every value.
///
/// A step then allocates nothing. Plans of one model share its parameters and its workspace.
final class Plan {
    /// What distinguishes the plans of one model.
    struct Key: Hashable {
        var batch: Int
        var training: Bool
        var precision: Precision
        var threads: Int
        /// In training: the moving statistics normalize and stay as they are, and nothing is dropped, so
        /// that the backward pass differentiates what inference computes.
        var isFrozen = false
        /// Off for tests and comparisons of the two algorithms.
        var allowsWinograd = true
    }

    let key: Key
    private let store: ParameterStore
    private let workspace: Workspace
    private var nodes: [any Node] = []
    private let inputSignal: Signal
    /// The input's, if no layer has anything to compute.
    private let outputSignal: Signal
    private var copies: [Int] = []
    private let bytes: Int
    private var boundGeneration = -1
    private var memory: PlanMemory?
    /// The first node that has parameters: nothing before it needs a gradient.
    private let firstTrained: Int

    /// The number of values that one image's output has.
    let outputCount: Int

    init(
        _ key: Key, layers: [ResolvedLayer], inputShape: [Int], seed: UInt64, store: ParameterStore,
        workspace: Workspace
    ) throws {
        self.key = key
        self.store = store
        self.workspace = workspace
        var layout = WorkspaceLayout()
        inputSignal = Plan.input(key, inputShape, first: layers[0].layer) { layout.reserve($0) }
        var builder = PlanBuilder(
            key: key, seed: seed, store: store, layout: layout, signal: inputSignal)
        for (index, layer) in layers.enumerated() {
            try builder.append(
                layer, index: index, next: index + 1 < layers.count ? layers[index + 1] : nil,
                isLast: index == layers.count - 1)
        }
        nodes = builder.nodes
        layout = builder.layout
        outputSignal = builder.signal
        outputCount = outputSignal.dims.dropFirst().reduce(1, *)

        firstTrained = nodes.firstIndex { $0 is WeightedNode || $0 is BatchNormalizationNode } ?? nodes.count
        if key.training { try Plan.describeBackward(nodes, from: firstTrained, &layout) }
        copies = Array(Set(nodes.flatMap(\.copies))).sorted()

        let passes = nodes.flatMap(\.passes)
        let scratch = layout.reserve(passes.map(\.scratchpadBytes).max() ?? 0)
        for pass in passes { try pass.useScratchpad(at: .workspace(scratch)) }
        bytes = layout.bytes
    }

    /// The input as the first layer reads it best: a few channels as planes for a convolution, pixels
    /// as they come otherwise.
    private static func input(
        _ key: Key, _ shape: [Int], first: any Layer, place: (Int) -> Int
    ) -> Signal {
        let dims = shape.count == 3 ? [key.batch, shape[2], shape[0], shape[1]] : [key.batch, shape[0]]
        let planes = first is Conv2D && shape.count == 3 && shape[2] < 16
        let layout: TensorLayout =
            shape.count == 3 && !planes ? .channelsLast(dims, key.precision) : .rowMajor(dims, key.precision)
        return Signal(dims: dims, layout: layout, offset: place(layout.byteCount))
    }

    /// Gives the gradients their places, two buffers in turn, and describes the backward passes.
    private static func describeBackward(
        _ nodes: [any Node], from first: Int, _ layout: inout WorkspaceLayout
    ) throws {
        guard first < nodes.count else { return }
        let largest = nodes[first...].map { max($0.output.byteCount, $0.input.byteCount) }.max() ?? 0
        let buffers = [layout.reserve(largest), layout.reserve(largest)]
        var current = 0
        nodes[nodes.count - 1].output.gradientOffset = buffers[0]
        for index in nodes.indices.reversed() where index >= first {
            let node = nodes[index]
            if node.sharesGradient {
                node.input.gradientOffset = node.output.gradientOffset
            } else {
                current = 1 - current
                node.input.gradientOffset = buffers[current]
            }
            try node.describeBackward(needsInputGradient: index > first)
        }
    }

    /// Makes the memory ready and the copies of parameters current: before every use of a plan.
    func prepare() throws {
        if !store.isAllocated { try store.allocate() }
        try workspace.reserve(bytes)
        guard let base = workspace.base else { throw EngineError.outOfMemory(bytes: bytes) }
        if boundGeneration != workspace.generation {
            let memory = PlanMemory(workspace: base, store: store)
            for pass in nodes.flatMap(\.passes) { try pass.bind { memory.address($0) } }
            for node in nodes { node.bind(memory) }
            try store.bindCopies(copies)
            self.memory = memory
            boundGeneration = workspace.generation
        }
    }

    /// How the plan's input lies in memory.
    var input: InputView? {
        guard let memory else { return nil }
        let shape = inputSignal.dims
        let pixels = shape.dropFirst(2).reduce(1, *)
        let planes = shape.count == 4 && inputSignal.walk.positionStride == 1 && shape[1] > 1
        return InputView(
            base: memory.address(inputSignal.place), precision: key.precision,
            sampleStride: shape.dropFirst().reduce(1, *),
            pixelStride: planes ? 1 : shape[1], channelStride: planes ? pixels : 1,
            pixels: pixels, channels: shape[1])
    }

    /// The last layer's values before a softmax, `[batch, classes]`.
    var logits: UnsafeMutablePointer<Float>? {
        memory.map { $0.floats(outputSignal.place) }
    }

    /// Runs the layers in their order.
    func forward(_ context: StepContext) {
        timed("step", "copies") { store.refresh(copies) }
        for node in nodes {
            timed(node.name, "forward", operations: node.operations.forward) { node.forward(context) }
        }
    }

    /// Computes the gradient of the mean loss and carries it back to every parameter.
    func backward(labels: UnsafePointer<Int32>, smoothing: Float, _ context: StepContext) {
        guard let memory, let logits, let last = nodes.last else { return }
        let gradient = memory.address(last.output.gradientPlace)
        timed("step", "loss") {
            switch key.precision {
            case .float32:
                SoftmaxCrossentropy.gradient(
                    logits, labels: labels, count: key.batch, classes: outputCount, smoothing: smoothing,
                    into: gradient.assumingMemoryBound(to: Float.self))
            case .bfloat16:
                SoftmaxCrossentropy.gradient(
                    logits, labels: labels, count: key.batch, classes: outputCount, smoothing: smoothing,
                    into: gradient.assumingMemoryBound(to: BFloat16.self))
            }
        }
        backward(context)
    }

    /// Carries a gradient of the last layer's values before a softmax back to every parameter.
    func backward(outputGradient: [Float], _ context: StepContext) {
        guard let memory, let last = nodes.last else { return }
        let gradient = memory.address(last.output.gradientPlace)
        switch key.precision {
        case .float32:
            let values = gradient.assumingMemoryBound(to: Float.self)
            for (index, value) in outputGradient.enumerated() { values[index] = value }
        case .bfloat16:
            let values = gradient.assumingMemoryBound(to: BFloat16.self)
            for (index, value) in outputGradient.enumerated() { values[index] = BFloat16(value) }
        }
        backward(context)
    }

    private func backward(_ context: StepContext) {
        for node in nodes[firstTrained...].reversed() {
            timed(node.name, "backward", operations: node.operations.backward) { node.backward(context) }
        }
    }

    /// Which batch normalization measured a mean or a variance that is not finite, in the last forward pass.
    var layerWithInfiniteStatistics: String? {
        nodes.first { $0.statistics?.areFinite == false }?.name
    }

    /// Takes what the last forward pass measured of its batch into the moving statistics.
    func keepStatistics() {
        for node in nodes { node.statistics?.keep() }
    }

    /// What a layer puts out, and the gradient of one of the model's outputs with respect to it.
    struct Sensitivity {
        /// Both `[batch, height, width, channels]`, row-major.
        let values, gradients: [Float]
        let height, width, channels: Int
    }

    /// Runs the layers forward, and back as far as one of them.
    ///
    /// - Parameters:
    ///   - layer: the name of a convolution.
    ///   - outputs: of each image, which of the model's outputs; before a softmax.
    /// - Returns: `nil` unless the plan is for training and has that layer as an image.
    func sensitivity(
        of layer: String, outputs: [Int], _ context: StepContext
    ) -> Sensitivity? {
        guard let memory, let last = nodes.last, outputs.count == key.batch,
            let index = nodes.firstIndex(where: { $0.name == layer }), index >= firstTrained,
            nodes[index].output.dims.count == 4
        else { return nil }
        let signal = nodes[index].output
        func read(_ place: Place) -> [Float] {
            switch key.precision {
            case .float32: signal.walk.channelsLast(memory.address(place), of: Float.self)
            case .bfloat16: signal.walk.channelsLast(memory.address(place), of: BFloat16.self)
            }
        }
        store.refresh(copies)
        var values: [Float] = []
        for (number, node) in nodes.enumerated() {
            node.forward(context)
            // At once: a later node may work in the same memory.
            if number == index { values = read(signal.place) }
        }
        let gradient = memory.address(last.output.gradientPlace)
        for (image, output) in outputs.enumerated() {
            for number in 0..<outputCount {
                let value: Float = number == output ? 1 : 0
                let element = image * outputCount + number
                switch key.precision {
                case .float32: gradient.assumingMemoryBound(to: Float.self)[element] = value
                case .bfloat16:
                    gradient.assumingMemoryBound(to: BFloat16.self)[element] = BFloat16(value)
                }
            }
        }
        for node in nodes[(index + 1)...].reversed() { node.backward(context) }
        return Sensitivity(
            values: values, gradients: read(signal.gradientPlace), height: signal.dims[2],
            width: signal.dims[3], channels: signal.dims[1])
    }

    /// Where the time went, if asked for.
    var times: PassTimes?

    /// Runs a part of a step, and takes its time if somebody asked.
    @inline(__always)
    func timed(
        _ layer: String, _ pass: String, operations: @autoclosure () -> Int = 0, _ body: () throws -> Void
    ) rethrows {
        if times == nil {
            try body()
        } else {
            try times?.measure(layer, pass, operations: operations(), body)
        }
    }

    /// What runs: for each node that has a choice, the implementation of each pass.
    var algorithms: [ChosenAlgorithm] {
        nodes.flatMap { node in
            node.algorithms.map {
                ChosenAlgorithm(layer: node.name, pass: $0.pass, algorithm: $0.implementation)
            }
        }
    }
}

/// Which implementation runs for one pass of one layer.
public struct ChosenAlgorithm: Sendable, Codable, Equatable {
    /// The layer's name.
    public let layer: String
    /// "forward", "backward data" or "backward weights".
    public let pass: String
    /// oneDNN's own name, such as "jit_wino_4x3:avx512_core", or "winograd_2x3:avx512_core_bf16", which is
    /// the engine's own.
    public let algorithm: String
}

/// The plan's input as the gathering of a batch sees it.
struct InputView {
    let base: UnsafeMutableRawPointer
    let precision: Precision
    /// All strides in elements.
    let sampleStride: Int
    let pixelStride: Int
    let channelStride: Int
    let pixels: Int
    let channels: Int
}
