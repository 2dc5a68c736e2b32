/// Turns the layers of a network into nodes.
final class PlanBuilder {
    let key: Plan.Key
    let seed: UInt64
    let store: ParameterStore
    let network: Network
    private(set) var nodes: [any Node] = []
    /// The batch's images or vectors.
    let input: Signal
    /// The network's input and each layer's output. ``ResolvedLayer/inputs`` has indices of this list.
    private var signals: [Signal]

    init(_ network: Network, key: Plan.Key, seed: UInt64, store: ParameterStore) {
        self.network = network
        self.key = key
        self.seed = seed
        self.store = store
        input = PlanBuilder.input(network, key)
        signals = [input]
    }

    /// The network's input. Images of fewer than 16 channels are stored as one plane per channel (NCHW) if
    /// all layers that read them prefer planes and images between layers are not channels last. All other
    /// images are channels last (NHWC).
    private static func input(_ network: Network, _ key: Plan.Key) -> Signal {
        let shape = network.inputShape
        guard shape.count == 3 else {
            let dims = [key.batch, shape[0]]
            return Signal(dims: dims, layout: .rowMajor(dims, key.precision))
        }
        let dims = [key.batch, shape[2], shape[0], shape[1]]
        let planes =
            shape[2] < 16
            && TensorLayout.images(dims, key.precision) != .channelsLast(dims, key.precision)
            && network.readers(ofValue: 0)
                .allSatisfy { (network.reader(padding: $0) ?? $0).layer.readsPlanes }
        return Signal(
            dims: dims,
            layout: planes ? .rowMajor(dims, key.precision) : .channelsLast(dims, key.precision))
    }

    /// Adds the nodes of all layers.
    ///
    /// - Returns: the network's output as a float32 matrix.
    func build() throws -> Signal {
        for layer in network.layers {
            signals.append(try layer.layer.lower(layer, layer.inputs.map { signals[$0] }, into: self))
        }
        return try finish(signals[signals.count - 1], network.layers.last?.name ?? "")
    }

    /// Adds a node.
    ///
    /// - Returns: its output.
    func add(_ node: some Node) -> Signal {
        nodes.append(node)
        for input in node.inputs { input.readers += 1 }
        node.output.needsGradient = node.hasParameters || node.inputs.contains { $0.needsGradient }
        return node.output
    }

    /// oneDNN's dimensions of a batch of images of Keras's shape `[height, width, channels]`.
    func imageDims(_ shape: [Int]) -> [Int] { [key.batch, shape[2], shape[0], shape[1]] }

    /// Images in the layout between layers, ``TensorLayout/images(_:_:for:)``. Adds a reorder if they have
    /// another layout.
    func blocked(_ signal: Signal, for name: String) throws -> Signal {
        let wanted = TensorLayout.images(signal.dims, signal.layout.precision)
        guard signal.layout != wanted else { return signal }
        return try add(ReorderNode(name: "\(name) input", input: signal, to: wanted))
    }

    /// Images as a matrix in Keras's order, for layers that work on vectors. A matrix is returned unchanged.
    func flattened(_ signal: Signal, for name: String) throws -> Signal {
        guard signal.dims.count == 4 else { return signal }
        return try add(
            ReorderNode(
                name: "\(name) input", input: signal,
                to: .channelsLast(signal.dims, signal.layout.precision), flattened: true))
    }

    /// A layer's input as a matrix if the layer's output is vectors, otherwise as images in the layout
    /// between layers.
    func arranged(_ signal: Signal, for layer: ResolvedLayer) throws -> Signal {
        layer.outputShape.count == 3
            ? try blocked(signal, for: layer.name) : try flattened(signal, for: layer.name)
    }

    private func finish(_ signal: Signal, _ name: String) throws -> Signal {
        let signal = try flattened(signal, for: name)
        guard signal.layout.precision != .float32 else { return signal }
        return try add(
            ReorderNode(name: "\(name) output", input: signal, to: .rowMajor(signal.dims, .float32)))
    }
}
