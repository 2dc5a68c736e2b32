extension Model {
    /// Whether there is an optimizer.
    package var isCompiled: Bool { optimizer != nil }

    /// The optimizer's step count and its states "momentum" and "velocity", which are Adam's two moments.
    ///
    /// Both have a value for every weight, in Keras's layout. A state is zero before the first step, and
    /// always if the optimizer does not use it.
    ///
    /// - Throws: ``TrainingError/notCompiled``, ``EngineError``.
    package func optimizerState() throws -> (step: Int, first: [NamedTensor], second: [NamedTensor]) {
        guard let optimizer else { throw TrainingError.notCompiled }
        return (
            optimizer.step, try tensors(of: optimizer.states["momentum"]),
            try tensors(of: optimizer.states["velocity"])
        )
    }

    /// Replaces the optimizer's state.
    ///
    /// - Parameters:
    ///   - step: steps taken, 0 or more.
    ///   - first: the first moment of every weight tensor.
    ///   - second: the second moment of every weight tensor.
    /// - Throws: ``TrainingError``, ``EngineError``.
    package func setOptimizerState(step: Int, first: [NamedTensor], second: [NamedTensor]) throws {
        guard let optimizer else { throw TrainingError.notCompiled }
        guard step >= 0 else {
            throw TrainingError.invalid(argument: "step", value: "\(step)", allowed: "0 or more")
        }
        try allocateStore()
        let moments = try [first, second].map { tensors in
            let memory = AlignedMemory(bytes: store.elementCount * 4)
            try write(tensors, to: memory, source: "the optimizer's state")
            return memory
        }
        optimizer.step = step
        (optimizer.states["momentum"], optimizer.states["velocity"]) = (moments[0], moments[1])
    }

    /// One step of the optimizer along given gradients.
    ///
    /// - Parameter gradients: the gradient of every weight tensor, in Keras's layout.
    /// - Throws: ``TrainingError``, ``EngineError``.
    package func applyGradients(_ gradients: [NamedTensor]) throws {
        guard let optimizer else { throw TrainingError.notCompiled }
        try allocateStore()
        guard let memory = store.gradients else { return }
        try write(gradients, to: memory, source: "the gradients")
        Threads.use(threads)
        try optimizer.apply(to: store, learningRate: learningRate)
    }

    /// Calls `body` with weight updates turned off.
    ///
    /// Training inside `body` changes moving statistics only. The optimizer's step count and learning rate or schedule
    /// are restored afterwards.
    ///
    /// - Throws: ``TrainingError/notCompiled``, and errors of `body`.
    package func withoutLearning<Result>(_ body: () throws -> Result) throws -> Result {
        guard let optimizer else { throw TrainingError.notCompiled }
        return try optimizer.withoutLearning(body)
    }

    /// The values of every weight tensor in a flat buffer; zeros if there is no buffer yet.
    func tensors(of flat: AlignedMemory?) throws -> [NamedTensor] {
        try store.entries.enumerated().map { number, entry in
            NamedTensor(
                name: entry.weight.name, shape: entry.weight.shape,
                values: try flat.map { try store.read(number, from: $0) }
                    ?? [Float](repeating: 0, count: entry.weight.count))
        }
    }

    /// Allocates the store by making a plan: the first plan chooses the store's layouts.
    private func allocateStore() throws {
        if !store.isAllocated { _ = try plan(batch: 1, training: true) }
    }

    func write(_ tensors: [NamedTensor], to flat: AlignedMemory, source: String) throws {
        let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (number, entry) in store.entries.enumerated() {
            let (name, shape) = (entry.weight.name, entry.weight.shape)
            guard let tensor = byName[name] else {
                throw TrainingError.weightsMissing(name: name, file: source)
            }
            guard tensor.shape == shape, tensor.values.count == entry.weight.count else {
                throw TrainingError.weightsShape(
                    name: name, found: tensor.shape, expected: shape, file: source)
            }
            try store.write(tensor.values, to: number, of: flat)
        }
    }
}
