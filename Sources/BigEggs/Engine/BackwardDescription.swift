/// Describes the backward passes of a plan's nodes, the last one first, and reserves buffers for the gradients.
///
/// The gradient of a signal that several nodes read is a sum: the first node to run writes it, the others add to it.
struct BackwardDescription {
    private let nodes: [any Node]
    private let precision: Precision
    private let begin: Int
    private(set) var layout: WorkspaceLayout
    /// For each node, the gradient sums to run after its backward pass.
    private(set) var sums: [[GradientSum]]
    /// For each node, the passes that recompute its input before its backward pass.
    private(set) var recomputations: [[any Pass]]
    /// Values of at least this many bytes are recomputed instead of kept, if an elementwise function computes them. In
    /// the fast network this is one signal of 184 MB: training takes 1.9 GB instead of 2.1.
    private static let recomputedBytes = 1 << 26
    /// Gradients that a node has already written.
    private var written: Set<Place> = []

    /// - Parameters:
    ///   - output: the signal whose gradient the loss writes.
    ///   - begin: the time at which the loss writes that gradient.
    init(
        _ nodes: [any Node], output: Signal, _ precision: Precision, _ layout: WorkspaceLayout, begin: Int
    ) {
        self.nodes = nodes
        self.precision = precision
        self.begin = begin
        self.layout = layout
        sums = Array(repeating: [], count: nodes.count)
        recomputations = Array(repeating: [], count: nodes.count)
        self.layout.reserve(output.gradientPlace, bytes: output.byteCount)
        self.layout.use(output.gradientPlace, at: begin)
    }

    /// Describes one node's backward pass, if the node or one before it has parameters.
    mutating func describe(_ number: Int) throws {
        let node = nodes[number]
        guard node.output.needsGradient else { return }
        try recompute(number)
        var isShared = false
        let places = node.inputs.map { inputGradient(of: node, $0, number, &isShared) }
        try node.describeBackward(inputGradients: places)
        let time = begin + nodes.count - number
        for place in [node.output.gradientPlace, node.ownPlace] + places.compactMap({ $0 })
            + node.inputs.map(\.gradientPlace) + node.valuesForBackward.map(\.placeInBackward)
        {
            layout.use(place, at: time)
        }
    }

    /// Schedules recomputation of the node's input before its backward pass, if that saves much memory.
    private mutating func recompute(_ number: Int) throws {
        guard nodes[number].takesRecomputedInput, let signal = nodes[number].inputs.first,
            signal.readers == 1,
            signal.byteCount >= BackwardDescription.recomputedBytes,
            let writer = nodes.first(where: { $0.output === signal })
        else { return }
        signal.isRecomputed = true
        guard let pass = try writer.makeRecomputation() else {
            signal.isRecomputed = false
            return
        }
        recomputations[number].append(pass)
        layout.reserve(signal.placeInBackward, bytes: signal.byteCount)
        let time = begin + nodes.count - number
        for input in writer.inputs { layout.use(input.place, at: time) }
    }

    /// Where a node writes the gradient of one of its inputs; `nil` if that gradient is not needed.
    ///
    /// - Parameter isShared: whether the gradient of an earlier input uses the output gradient's buffer; set
    ///   to true if this gradient uses it.
    private mutating func inputGradient(
        of node: any Node, _ input: Signal, _ number: Int, _ isShared: inout Bool
    ) -> Place? {
        guard input.needsGradient else { return nil }
        let target = input.gradientPlace
        let isFirst = written.insert(target).inserted
        if node.sharesGradient, isFirst, !isShared {
            isShared = true
            layout.share(target, with: node.output.gradientPlace)
            return target
        }
        if isFirst { layout.reserve(target, bytes: input.byteCount) }
        if isFirst, !node.sharesGradient { return target }
        let sum = GradientSum(
            of: node.sharesGradient ? node.output.gradientPlace : nil, into: target, isFirst: isFirst,
            count: input.layout.elementCount, precision)
        if !node.sharesGradient { layout.reserve(sum.source, bytes: input.byteCount) }
        sums[number].append(sum)
        return sum.source
    }
}
