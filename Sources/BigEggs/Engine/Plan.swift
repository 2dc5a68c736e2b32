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
    private let bytes: Int
    private var boundGeneration = -1
    /// The first node that has parameters: nothing before it needs a gradient.
    let firstTrained: Int
    /// Where the time went, if asked for.
    var times: PassTimes?

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
            try builder.append(layer, next: index + 1 < layers.count ? layers[index + 1] : nil)
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
        _ key: Key, _ shape: [Int], first: any LoweredLayer, place: (Int) -> Int
    ) -> Signal {
        let dims = shape.count == 3 ? [key.batch, shape[2], shape[0], shape[1]] : [key.batch, shape[0]]
        let planes = first.readsPlanes && shape.count == 3 && shape[2] < 16
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

    /// Gives every place its address: before every use, for another plan may have moved the workspace since.
    func bind() throws -> BoundPlan {
        if !store.isAllocated { try store.allocate() }
        let memory = PlanMemory(workspace: try workspace.reserve(bytes), store: store)
        if boundGeneration != workspace.generation {
            for pass in nodes.flatMap(\.passes) { try pass.bind { memory.address($0) } }
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

/// Which implementation runs for one pass of one layer.
public struct ChosenAlgorithm: Sendable, Codable, Equatable {
    /// The layer's name.
    public let layer: String
    /// "forward", "backward data" or "backward weights".
    public let pass: String
    /// oneDNN's own name, such as "jit:avx512_core", or the engine's own, "winograd_4x3:…" and "winograd_2x3:…".
    public let algorithm: String
}
