/// Turns layers into nodes, one after the other.
struct PlanBuilder {
    let key: Plan.Key
    let seed: UInt64
    let store: ParameterStore
    var layout: WorkspaceLayout
    /// The output so far.
    var signal: Signal
    private(set) var nodes: [any Node] = []
    /// The layer after the one that is added.
    private(set) var next: ResolvedLayer?
    /// Whether no layer comes after the one that is added.
    var isLast: Bool { next == nil }

    init(key: Plan.Key, seed: UInt64, store: ParameterStore, layout: WorkspaceLayout, signal: Signal) {
        self.key = key
        self.seed = seed
        self.store = store
        self.layout = layout
        self.signal = signal
    }

    /// - Parameter next: the layer after it, which a pass of this one may include. The last one's output is kept in
    ///   float32, and a softmax is left to the loss.
    mutating func append(_ layer: ResolvedLayer, next: ResolvedLayer?) throws {
        self.next = next
        try layer.layer.lower(layer, into: &self)
        if isLast { try finish(layer.name) }
    }

    mutating func add(_ node: some Node) {
        nodes.append(node)
        signal = node.output
    }

    /// oneDNN's dimensions of an image.
    func imageDims(_ shape: [Int]) -> [Int] { [key.batch, shape[2], shape[0], shape[1]] }

    /// Blocks of channels, as convolutions and the passes over channels want them.
    mutating func useImageLayout(_ name: String) throws {
        let wanted = TensorLayout.images(signal.dims, signal.layout.precision)
        guard signal.layout != wanted else { return }
        try add(ReorderNode(name: "\(name) input", input: signal, to: wanted) { layout.reserve($0) })
    }

    /// The image as a matrix in Keras's order, for layers that work on vectors.
    mutating func flatten(_ name: String) throws {
        guard signal.dims.count == 4 else { return }
        try add(
            ReorderNode(
                name: "\(name) input", input: signal,
                to: .channelsLast(signal.dims, signal.layout.precision), flattened: true
            ) { layout.reserve($0) })
    }

    /// The output as a float32 matrix.
    private mutating func finish(_ name: String) throws {
        try flatten(name)
        guard signal.layout.precision != .float32 else { return }
        try add(
            ReorderNode(name: "\(name) output", input: signal, to: .rowMajor(signal.dims, .float32)) {
                layout.reserve($0)
            })
    }
}
