/// Everything about a step that can be decided before it: for one batch size, the primitives in their
/// order, their layouts, and a place in memory for every value.
///
/// A step then allocates nothing. Plans of one model share its parameters and its workspace. What can be run is a
/// ``BoundPlan``, whose places have addresses.
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
        /// Whether noise and dropout have a part in the step.
        var isLearning: Bool { training && !isFrozen }
        /// Off for tests and comparisons of the two algorithms.
        var allowsWinograd = true
    }

    let key: Key
    let store: ParameterStore
    private let workspace: Workspace
    private(set) var nodes: [any Node] = []
    let inputSignal: Signal
    /// The input's, if no layer has anything to compute.
    let outputSignal: Signal
    /// The copies of parameters that the nodes read.
    private(set) var copies: [Int] = []
    /// Readers' shares of gradients, to be added after the backward pass of a node, by its number.
    private(set) var gradientSums: [[GradientSum]]
    /// Values to be computed again before the backward pass of a node, by its number.
    private(set) var recomputations: [[any Pass]]
    /// Where in the workspace places are, in bytes, and how many bytes they need.
    private let offsets: [Place: Int]
    private let bytes: Int
    private var boundGeneration = -1
    /// For each node, the parameters of its layer.
    private let parameters: [[Int]]
    /// Where the time went, if asked for.
    var times: PassTimes?

    /// The number of values that one image's output has.
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

    /// Whether a node writes its output where its input lies.
    private static func worksInPlace(_ node: any Node, training: Bool) -> Bool {
        guard node.mayWorkInPlace, node.inputs[0].readers == 1 else { return false }
        // A ReLU's gradient is masked where its output is 0: only what leaves zeros alone may write over that.
        return !training || !node.inputs[0].isRectified || node.output.isRectified
    }

    /// For each node, where the gradients begin that no node before it has a part in: once it has run backward, they have
    /// their values.
    private(set) lazy var firstReadyGradients: [Int] = nodes.indices.map { number in
        parameters[..<number].joined().map(store.end(of:)).max() ?? 0
    }

    /// Gives every place its address: before every use, for another plan may have moved the workspace since.
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

    /// What runs: for each node that has a choice, the implementation of each pass.
    var algorithms: [ChosenAlgorithm] {
        nodes.flatMap { node in
            node.algorithms.map {
                ChosenAlgorithm(layer: node.name, pass: $0.pass, algorithm: $0.implementation)
            }
        }
    }
}
