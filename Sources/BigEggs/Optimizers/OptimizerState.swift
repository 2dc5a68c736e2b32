/// A running optimizer: its state buffers and its step count.
final class OptimizerState {
    let optimizer: any Optimizer
    /// Takes a parameter's name and returns the parameter's optimizer; `nil` stands for ``optimizer``.
    let groups: @Sendable (String) -> (any Optimizer)?
    /// State buffers by name: flat, in the layout of the parameters.
    var states: [String: AlignedMemory] = [:]
    /// Steps taken.
    var step = 0
    /// The learning rate that was set, for example by a callback; it replaces the optimizer's schedule.
    private var setRate: Double?
    /// Whether a step updates parameters. If not, it only changes the step count.
    private var isLearning = true

    init(
        _ optimizer: any Optimizer, groups: @escaping @Sendable (String) -> (any Optimizer)? = { _ in nil },
        for weights: [Weight] = []
    ) throws {
        self.optimizer = optimizer
        self.groups = groups
        try optimizer.check()
        for weight in weights where weight.isTrained {
            let own = groups(weight.name) ?? optimizer
            try own.check()
            try own.rule.update.check(weight)
            if case .globalNorm(let limit)? = own.clipping, !own.isEqual(to: optimizer) {
                throw TrainingError.invalid(
                    argument: "globalClipnorm", value: "\(limit) for the group of \(weight.name)",
                    allowed: "it to the optimizer outside the groups: it clips all gradients together")
            }
        }
    }

    /// The name of each parameter in a group, with the group's optimizer, as text. It must be equal in a
    /// resumed training and in all processes.
    func descriptionOfGroups(_ weights: [Weight]) -> [String] {
        weights.compactMap { weight in groups(weight.name).map { "\(weight.name): \($0)" } }
    }

    /// The learning rate of the next step. Setting it ends the schedule.
    var learningRate: Double {
        get { setRate ?? optimizer.schedule.learningRate(at: step) }
        set { setRate = newValue }
    }

    /// Whether the learning rate changes by itself.
    var followsSchedule: Bool { setRate == nil && !optimizer.schedule.isConstant }

    /// Calls `body` with updates turned off, then restores the step count and the learning rate.
    func withoutLearning<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (step, setRate) = (self.step, self.setRate)
        isLearning = false
        defer { (self.step, self.setRate, isLearning) = (step, setRate, true) }
        return try body()
    }

    /// One step over all parameters of a store.
    ///
    /// - Throws: ``EngineError``, only in the first step.
    func apply(to store: ParameterStore, learningRate: Double) throws {
        guard isLearning else {
            step += 1
            return
        }
        guard let parameters = store.parameters, let gradients = store.gradients else { return }
        let pieces = try self.pieces ?? pieces(of: store)
        self.pieces = pieces
        let segments = pieces.map { piece in
            let own = piece.optimizer
            return (
                own,
                ParameterSegment(
                    parameters: parameters.floats + piece.range.lowerBound,
                    gradients: gradients.floats + piece.range.lowerBound,
                    states: states(of: own, count: store.elementCount).map {
                        $0.floats + piece.range.lowerBound
                    },
                    count: piece.range.count, tensors: piece.tensors)
            )
        }
        apply(to: segments, learningRate: learningRate)
        store.markChanged()
    }

    /// The segments of the store, found in the first step; the parameters' layouts do not change after it.
    private var pieces: [Piece]?

    /// Adjacent trained tensors with the same optimizer, and their range in the store.
    private struct Piece {
        let optimizer: any Optimizer
        var range: Range<Int>
        var tensors: [ParameterSegment.Tensor]
    }

    private func pieces(of store: ParameterStore) throws -> [Piece] {
        var pieces: [Piece] = []
        for (number, entry) in store.entries.enumerated() where entry.weight.isTrained {
            let own = groups(entry.weight.name) ?? optimizer
            let count = entry.paddedCount
            let range = entry.offset..<entry.offset + count
            let places = own.rule.update.readsTensors ? try store.places(of: number) : []
            func tensor(from start: Int) -> ParameterSegment.Tensor {
                .init(offset: entry.offset - start, count: count, shape: entry.weight.shape, places: places)
            }
            if let last = pieces.last, last.range.upperBound == range.lowerBound,
                last.optimizer.isEqual(to: own)
            {
                pieces[pieces.count - 1].range = last.range.lowerBound..<range.upperBound
                pieces[pieces.count - 1].tensors.append(tensor(from: last.range.lowerBound))
            } else {
                pieces.append(Piece(optimizer: own, range: range, tensors: [tensor(from: range.lowerBound)]))
            }
        }
        return pieces
    }

    /// An optimizer's state buffers, each as large as the store; allocates missing buffers.
    private func states(of optimizer: any Optimizer, count: Int) -> [AlignedMemory] {
        optimizer.rule.update.stateNames.map { name in
            if let memory = states[name] { return memory }
            let memory = AlignedMemory(bytes: count * 4)
            states[name] = memory
            return memory
        }
    }

    private func apply(
        to segments: [(optimizer: any Optimizer, memory: ParameterSegment)], learningRate: Double
    ) {
        // If a callback has set the rate, the rates of all groups are scaled in proportion.
        let scheduled = optimizer.schedule.learningRate(at: step)
        let ratio = scheduled > 0 ? (setRate ?? scheduled) / scheduled : 1
        if let clipping = optimizer.clipping { clipping.apply(toAll: segments.map(\.memory)) }
        for (own, segment) in segments {
            own.clipping?.apply(to: segment)
            let rate =
                own.isEqual(to: optimizer) ? learningRate : own.schedule.learningRate(at: step) * ratio
            own.rule.update.update(
                segment, step: step + 1, rate: Float(rate), decay: Float(rate * own.weightDecay))
        }
        step += 1
    }

    /// One step over flat buffers of `count` elements, a multiple of sixteen, as one tensor of `shape`.
    fileprivate func apply(
        to parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, shape: [Int],
        count: Int, learningRate: Double
    ) {
        let segment = ParameterSegment(
            parameters: parameters, gradients: gradients,
            states: states(of: optimizer, count: count).map(\.floats), count: count,
            tensors: [.init(offset: 0, count: count, shape: shape, places: (0..<Int32(count)).map { $0 })])
        apply(to: [(optimizer, segment)], learningRate: learningRate)
    }
}

extension Optimizer {
    /// Parameters after each step with given gradients, without a model.
    ///
    /// Tests compare them with a reference.
    ///
    /// - Parameters:
    ///   - parameters: the values before the first step; their number is a multiple of sixteen.
    ///   - shape: the tensor's shape; `nil` for a vector.
    ///   - gradients: one array per step.
    package func path(
        from parameters: [Float], shape: [Int]? = nil, gradients: [[Float]]
    ) throws -> [[Float]] {
        let state = try OptimizerState(self)
        var parameters = parameters
        return gradients.map { gradient in
            var gradient = gradient
            state.apply(
                to: &parameters, gradients: &gradient, shape: shape ?? [parameters.count],
                count: parameters.count, learningRate: state.learningRate)
            return parameters
        }
    }
}
