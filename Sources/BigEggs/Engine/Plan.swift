/// The nodes of a step in their order, with layouts and a place in memory for every value.
///
/// A plan is for one batch size. Running it allocates no buffers. Plans of one model share its parameters and
/// its workspace. Only a ``BoundPlan``, whose places have addresses, can run.
final class Plan {
    /// What distinguishes the plans of one model.
    struct Key: Hashable {
        var batch: Int
        var training: Bool
        var precision: Precision
        var threads: Int
        /// Whether a plan for training runs the forward pass of inference: batch normalization uses the
        /// moving statistics and leaves them unchanged; dropout and noise are off. The backward pass then
        /// computes gradients of the output of inference.
        var isFrozen = false
        /// Whether noise and dropout are active.
        var isLearning: Bool { training && !isFrozen }
        /// Whether the engine's own convolutions may be used; off for tests and for comparisons with oneDNN.
        var allowsWinograd = true
        /// If batches are divided into fixed parts, the parts that this plan computes; otherwise nil.
        var fixedParts: SampleParts?
    }

    let key: Key
    let store: ParameterStore
    private let workspace: Workspace
    private(set) var nodes: [any Node] = []
    let inputSignal: Signal
    /// The network's output; the input signal if no layer computes anything.
    let outputSignal: Signal
    /// The numbers of the parameter copies that the nodes read.
    private(set) var copies: [Int] = []
    /// For each node, the passes that add up gradients after its backward pass.
    private(set) var gradientSums: [[GradientSum]]
    /// For each node, the passes that recompute values before its backward pass.
    private(set) var recomputations: [[any Pass]]
    /// Byte offsets of places in the workspace.
    private let offsets: [Place: Int]
    /// Bytes of workspace that the plan needs.
    private let bytes: Int
    private var boundGeneration = -1
    /// For each node, the parameters of its layer.
    private let parameters: [[Int]]
    /// Time by layer and pass; `nil` to measure no times.
    var times: PassTimes?

    /// The number of output values per image.
    let outputCount: Int

    init(_ key: Key, network: Network, seed: UInt64, store: ParameterStore, workspace: Workspace) throws {
        self.key = key
        self.store = store
        self.workspace = workspace
        let builder = PlanBuilder(network, key: key, seed: seed, store: store)
        outputSignal = try builder.build()
        inputSignal = builder.input
        nodes = builder.nodes
        outputCount = outputSignal.dims.dropFirst().reduce(1, *)
        gradientSums = Array(repeating: [], count: nodes.count)
        recomputations = Array(repeating: [], count: nodes.count)
        let layers = Dictionary(uniqueKeysWithValues: network.layers.map { ($0.name, $0.parameters) })
        parameters = nodes.map { layers[$0.name] ?? [] }

        var layout = WorkspaceLayout()
        let end = nodes.count + 1
        layout.reserve(inputSignal.place, bytes: inputSignal.byteCount)
        layout.use(inputSignal.place, at: 0)
        for (number, node) in nodes.enumerated() {
            if node.ownBytes > 0 { layout.reserve(node.ownPlace, bytes: node.ownBytes) }
            if Plan.worksInPlace(node, training: key.training) {
                layout.share(node.output.place, with: node.inputs[0].place)
            } else {
                layout.reserve(node.output.place, bytes: node.output.byteCount)
            }
            for place in node.inputs.map(\.place) + [node.output.place, node.ownPlace] {
                layout.use(place, at: number + 1)
            }
        }
        layout.use(outputSignal.place, at: end)
        if key.training {
            var backward = BackwardDescription(nodes, output: outputSignal, key.precision, layout, begin: end)
            for number in nodes.indices.reversed() { try backward.describe(number) }
            (layout, gradientSums) = (backward.layout, backward.sums)
            recomputations = backward.recomputations
        }
        copies = Array(Set(nodes.flatMap(\.copies))).sorted()

        let passes = nodes.flatMap(\.passes) + recomputations.flatMap { $0 }
        layout.reserve(.scratchpad, bytes: passes.map(\.scratchpadBytes).max() ?? 0)
        for time in [0, end + nodes.count] { layout.use(.scratchpad, at: time) }
        for pass in passes { try pass.useScratchpad(at: .scratchpad) }
        (offsets, bytes) = layout.arranged()
    }

    /// Whether a node overwrites its first input with its output.
    private static func worksInPlace(_ node: any Node, training: Bool) -> Bool {
        guard node.mayWorkInPlace, node.inputs[0].readers == 1 else { return false }
        // A ReLU's gradient is masked where its output is 0. Only a node that keeps zeros may overwrite that output.
        return !training || !node.inputs[0].isRectified || node.output.isRectified
    }

    /// For each node, an offset in the buffer of gradients: from there on, gradients are final once the node
    /// has run backward. The gradients of the nodes before it end there.
    private(set) lazy var firstReadyGradients: [Int] = nodes.indices.map { number in
        parameters[..<number].joined().map(store.end(of:)).max() ?? 0
    }

    /// Gives every place its address. Call it before every use: another plan may have moved the workspace.
    func bind() throws -> BoundPlan {
        if !store.isAllocated { try store.allocate() }
        let memory = PlanMemory(
            workspace: try workspace.reserve(bytes), offsets: offsets, store: store)
        if boundGeneration != workspace.generation {
            let passes = nodes.flatMap(\.passes) + recomputations.flatMap { $0 }
            for pass in passes + gradientSums.flatMap({ $0 }) {
                try pass.bind { memory.address($0) }
            }
            for node in nodes { node.bind(memory) }
            try store.bindCopies(copies)
            boundGeneration = workspace.generation
        }
        return BoundPlan(plan: self, memory: memory)
    }

    /// The implementation of each pass, for each node that has a choice of implementations.
    var algorithms: [ChosenAlgorithm] {
        nodes.flatMap { node in
            node.algorithms.map {
                ChosenAlgorithm(layer: node.name, pass: $0.pass, algorithm: $0.implementation)
            }
        }
    }
}
