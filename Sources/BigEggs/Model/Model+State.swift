extension Model {
    /// Everything in a model that training changes.
    ///
    /// A model with the same layers, compiled in the same way, continues from this state with bit-identical results.
    package struct State {
        /// Weights, moving statistics and the optimizer's moments, named with the prefixes of a ``Checkpoint``.
        package var tensors: [NamedTensor]
        /// Numbers by name: counts of passes, steps and fixed parts, and the learning rate. Three describe
        /// the first plan: its batch size, the size of a fixed part, and 1 for a training plan, otherwise 0.
        package var numbers: [String: Double]

        /// A state made of its parts.
        package init(tensors: [NamedTensor], numbers: [String: Double]) {
            self.tensors = tensors
            self.numbers = numbers
        }

        /// A count; 0 if missing or invalid, as in a corrupt file.
        fileprivate func count(_ name: String) -> Int {
            numbers[name].flatMap(Int.init(exactly:)).flatMap { 0..<1 << 31 ~= $0 ? $0 : nil } ?? 0
        }
    }

    /// The model's current state.
    ///
    /// - Throws: ``EngineError``.
    package func state() throws -> State {
        var state = State(
            tensors: try weights().prefixed("weights/"),
            numbers: ["passes": Double(drawn.passes), "steps": Double(drawn.steps)])
        if let firstPlan {
            state.numbers["batch"] = Double(firstPlan.batch)
            state.numbers["part"] = firstPlan.fixedParts.map { Double($0.typicalCount) }
            state.numbers["training"] = firstPlan.training ? 1 : 0
        }
        if let fixedParts { state.numbers["fixedParts"] = Double(fixedParts) }
        guard let optimizer else { return state }
        state.numbers["optimizerStep"] = Double(optimizer.step)
        state.numbers["learningRate"] = optimizer.learningRate
        state.tensors += try optimizerTensors()
        return state
    }

    /// Restores a state.
    ///
    /// - Parameters:
    ///   - state: the state of a model with the same layers, compiled in the same way.
    ///   - source: the name of the state's source in errors.
    /// - Throws: ``TrainingError`` for tensors that do not fit, ``EngineError``.
    package func restore(_ state: State, source: String) throws {
        let batch = min(state.count("batch"), 1 << 16)
        let parts = state.count("fixedParts")
        if parts > 0 { try use(fixedParts: parts) }
        // The first plan decides the parameters' layout in memory, which affects the last bits.
        let part = min(state.count("part"), batch)
        if batch > 0 {
            _ = try plan(
                batch: part > 0 ? part : batch, training: state.count("training") == 1,
                fixedParts: part > 0 ? SampleParts(fixed: 1, of: part) : nil)
        }
        try setWeights(state.tensors.withoutPrefix("weights/"), source: source)
        (drawn.passes, drawn.steps) = (state.count("passes"), state.count("steps"))
        guard let optimizer else { return }
        try setOptimizerTensors(state.tensors, source: source)
        optimizer.step = state.count("optimizerStep")
        if let rate = state.numbers["learningRate"], rate >= 0, rate != learningRate { learningRate = rate }
    }

    /// The tensors of the optimizer's state. Their names begin with "optimizer/" and the name of the state.
    func optimizerTensors() throws -> [NamedTensor] {
        guard let optimizer else { return [] }
        return try optimizer.states.sorted { $0.key < $1.key }.flatMap { name, memory in
            try tensors(of: memory).prefixed("optimizer/\(name)/")
        }
    }

    /// Restores the state of an optimizer of the same kind.
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
