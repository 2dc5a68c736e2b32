/// Turns layers into nodes, one after the other.
struct PlanBuilder {
    let key: Plan.Key
    let seed: UInt64
    let store: ParameterStore
    var layout: WorkspaceLayout
    /// The output so far.
    var signal: Signal
    private(set) var nodes: [any Node] = []

    init(key: Plan.Key, seed: UInt64, store: ParameterStore, layout: WorkspaceLayout, signal: Signal) {
        self.key = key
        self.seed = seed
        self.store = store
        self.layout = layout
        self.signal = signal
    }

    /// - Parameters:
    ///   - index: the layer's number in the model; dropout's masks depend on it.
    ///   - next: the layer after it, which a pass of this one may include.
    ///   - isLast: the output is kept in float32, and a softmax is left to the loss.
    mutating func append(_ resolved: ResolvedLayer, index: Int, next: ResolvedLayer?, isLast: Bool) throws {
        switch resolved.layer {
        case let layer as Conv2D:
            if signal.dims[1] >= 16 || !nodes.isEmpty { try useImageLayout(resolved.name) }
            let zeros = layer.window.zeros(for: resolved.inputShape)
            try add(
                ConvolutionNode(
                    name: resolved.name, input: signal, outputDims: imageDims(resolved.outputShape),
                    kernel: resolved.parameters[0], bias: resolved.parameters[1],
                    window: .init(
                        size: layer.window.size, strides: layer.window.strides,
                        paddingBefore: zeros.before, paddingAfter: zeros.after),
                    rectifies: layer.activation == .relu, precision: key.precision,
                    allowsWinograd: key.allowsWinograd, threads: key.threads, store: store,
                    place: { layout.reserve($0) }))
        case let layer as Dense:
            try add(
                InnerProductNode(
                    name: resolved.name, input: signal, units: layer.units,
                    kernel: resolved.parameters[0], bias: resolved.parameters[1],
                    rectifies: layer.activation == .relu,
                    outputPrecision: isLast ? .float32 : key.precision, precision: key.precision,
                    store: store, place: { layout.reserve($0) }))
        case is BatchNormalization:
            guard let statistics = resolved.statistics else { return }
            if resolved.inputShape.count == 3 {
                try useImageLayout(resolved.name)
            } else if signal.dims.count == 4 {
                try flatten(resolved.name)
            }
            add(
                BatchNormalizationNode(
                    name: resolved.name, input: signal, pooledLayout: pooledLayout(by: next),
                    gamma: resolved.parameters[0],
                    beta: resolved.parameters[1], state: statistics, training: key.training,
                    isFrozen: key.isFrozen,
                    precision: key.precision, threads: key.threads, reserve: { layout.reserve($0) },
                    place: { layout.reserve($0) }))
        case let layer as MaxPooling2D:
            // The batch normalization in front may have done it.
            if let last = nodes.last as? BatchNormalizationNode, last.pools { break }
            try useImageLayout(resolved.name)
            let zeros = layer.window.zeros(for: resolved.inputShape)
            try add(
                PoolingNode(
                    name: resolved.name, input: signal, outputDims: imageDims(resolved.outputShape),
                    window: .init(
                        size: layer.window.size, strides: layer.window.strides,
                        paddingBefore: zeros.before, paddingAfter: zeros.after),
                    training: key.training, reserve: { layout.reserve($0) }, place: { layout.reserve($0) }))
        case let layer as Dropout:
            guard key.training, !key.isFrozen, layer.rate > 0 else { break }
            add(
                DropoutNode(
                    name: resolved.name, input: signal, rate: layer.rate, layer: index, seed: seed,
                    precision: key.precision, reserve: { layout.reserve($0) }))
        case let layer as Activation where layer.function == .relu:
            add(RectifierNode(name: resolved.name, input: signal, precision: key.precision))
        default:
            // Flatten changes nothing in memory, and the loss takes the softmax.
            break
        }
        if isLast { try finish(resolved.name) }
    }

    private mutating func add(_ node: some Node) {
        nodes.append(node)
        signal = node.output
    }

    /// The layout that a 2×2 max pooling right after the current signal puts out, `nil` if there is none
    /// or the image has a side that is odd.
    private func pooledLayout(by next: ResolvedLayer?) -> TensorLayout? {
        guard let next, let layer = next.layer as? MaxPooling2D, layer.window.size == [2, 2],
            layer.window.strides == [2, 2], signal.dims.count == 4, signal.dims[2] % 2 == 0,
            signal.dims[3] % 2 == 0
        else { return nil }
        return .images(imageDims(next.outputShape), signal.layout.precision)
    }

    private func imageDims(_ shape: [Int]) -> [Int] { [key.batch, shape[2], shape[0], shape[1]] }

    /// Blocks of channels, as convolutions and the passes over channels want them.
    private mutating func useImageLayout(_ name: String) throws {
        let wanted = TensorLayout.images(signal.dims, signal.layout.precision)
        guard signal.layout != wanted else { return }
        try add(ReorderNode(name: "\(name) input", input: signal, to: wanted) { layout.reserve($0) })
    }

    /// The image as a matrix in Keras's order, for layers that work on vectors.
    private mutating func flatten(_ name: String) throws {
        try add(
            ReorderNode(
                name: "\(name) input", input: signal,
                to: .channelsLast(signal.dims, signal.layout.precision), flattened: true
            ) { layout.reserve($0) })
    }

    /// The output as a float32 matrix.
    private mutating func finish(_ name: String) throws {
        if signal.dims.count == 4 { try flatten(name) }
        guard signal.layout.precision != .float32 else { return }
        try add(
            ReorderNode(name: "\(name) output", input: signal, to: .rowMajor(signal.dims, .float32)) {
                layout.reserve($0)
            })
    }
}
