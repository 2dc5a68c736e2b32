extension Model {
    /// All that trainings have made of a model: one of the same layers, compiled alike, goes on from it as this
    /// one does, to the same bits.
    package struct State {
        /// Weights, moving statistics and the optimizer's moments, behind the prefixes of a ``Checkpoint``.
        package var tensors: [NamedTensor]
        /// Counts, the learning rate and what decides about the layout of parameters, by name.
        package var numbers: [String: Double]

        /// A state made of its parts.
        package init(tensors: [NamedTensor], numbers: [String: Double]) {
            self.tensors = tensors
            self.numbers = numbers
        }

        /// A count that is none, in bytes that somebody made up, is 0.
        fileprivate func count(_ name: String) -> Int {
            numbers[name].flatMap(Int.init(exactly:)).flatMap { 0..<1 << 31 ~= $0 ? $0 : nil } ?? 0
        }
    }

    /// The state as it is now.
    ///
    /// - Throws: ``EngineError``.
    package func state() throws -> State {
        var state = State(
            tensors: try weights().prefixed("weights/"),
            numbers: ["passes": Double(drawn.passes), "steps": Double(drawn.steps)])
        if let firstPlan {
            state.numbers["batch"] = Double(firstPlan.batch)
            state.numbers["training"] = firstPlan.training ? 1 : 0
        }
        guard let optimizer else { return state }
        state.numbers["optimizerStep"] = Double(optimizer.step)
        state.numbers["learningRate"] = optimizer.learningRate
        state.tensors += try optimizerTensors()
        return state
    }

    /// Takes over a state.
    ///
    /// - Parameters:
    ///   - state: of a model of the same layers, compiled alike.
    ///   - source: what errors name.
    /// - Throws: ``TrainingError`` for tensors that do not fit, ``EngineError``.
    package func restore(_ state: State, source: String) throws {
        let batch = min(state.count("batch"), 1 << 16)
        // The first plan decides how parameters lie in memory, and with it about last bits.
        if batch > 0 { _ = try plan(batch: batch, training: state.count("training") == 1) }
        try setWeights(state.tensors.withoutPrefix("weights/"), source: source)
        (drawn.passes, drawn.steps) = (state.count("passes"), state.count("steps"))
        guard let optimizer else { return }
        try setOptimizerTensors(state.tensors, source: source)
        optimizer.step = state.count("optimizerStep")
        if let rate = state.numbers["learningRate"], rate >= 0, rate != learningRate { learningRate = rate }
    }

    /// What the optimizer remembers, behind the prefix "optimizer/" and the state's name.
    func optimizerTensors() throws -> [NamedTensor] {
        guard let optimizer else { return [] }
        return try optimizer.states.sorted { $0.key < $1.key }.flatMap { name, memory in
            try tensors(of: memory).prefixed("optimizer/\(name)/")
        }
    }

    /// Takes over what an optimizer of the same kind remembered.
    ///
    /// - Throws: ``TrainingError`` for tensors that do not fit, ``EngineError``.
    func setOptimizerTensors(_ tensors: [NamedTensor], source: String) throws {
        guard let optimizer else { return }
        guard store.isAllocated else {
            optimizer.states = [:]
            return
        }
        let own = tensors.withoutPrefix("optimizer/")
        let names = Set(own.compactMap { $0.name.split(separator: "/").first.map(String.init) })
        optimizer.states = try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let memory = AlignedMemory(bytes: store.elementCount * 4)
                try write(own.withoutPrefix("\(name)/"), to: memory, source: source)
                return (name, memory)
            })
    }
}
