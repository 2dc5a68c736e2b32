import MessagePassing

/// Work that the first process does for all processes, and the transfer of its results to the others.
extension Team {
    /// A process's report in ``lead(_:signal:_:)``: the values that `body` may change, and its signal.
    private struct Course {
        var learningRate: Double
        var signal: Int32
        var isStopped, hasFailed, changedWeights: Bool
    }

    /// Runs `body`, which calls callbacks and writes files, in the first process only.
    ///
    /// The others then take over the first process's learning rate, weights and decision to stop.
    ///
    /// - Parameter signal: the signal that this process received.
    /// - Throws: in the first process, the errors of `body`; in the others, ``MessagePassingError/endedElsewhere`` if
    ///   `body` failed.
    func lead(_ model: Model, signal: Int32?, _ body: () throws -> Void) throws {
        let changes = model.weightChanges
        let failure = Result { if communicator.isFirst { try body() } }
        var hasFailed = false
        if case .failure = failure { hasFailed = true }
        let all = try communicator.gather(
            Course(
                learningRate: model.learningRate, signal: signal ?? 0, isStopped: model.stopTraining,
                hasFailed: hasFailed, changedWeights: model.weightChanges != changes))
        try failure.get()
        let first = all[0]
        if first.hasFailed { throw MessagePassingError.endedElsewhere }
        if let signal = all.first(where: { $0.signal != 0 })?.signal { self.signal = signal }
        model.stopTraining = first.isStopped
        if model.learningRate != first.learningRate { model.learningRate = first.learningRate }
        if first.changedWeights { try broadcastWeights(of: model) }
    }

    /// Gives all processes the weights and moving statistics of the first one.
    func broadcastWeights(of model: Model) throws {
        let store = model.store
        if let parameters = store.parameters {
            try broadcast(parameters)
            store.markChanged()
        }
        for statistics in model.statistics {
            try statistics.mean.withUnsafeMutableBytes { try communicator.broadcast($0) }
            try statistics.variance.withUnsafeMutableBytes { try communicator.broadcast($0) }
        }
    }

    /// Gives all processes the state of the optimizer in the first process.
    func broadcast(_ optimizer: OptimizerState, bytes: Int) throws {
        let names = try communicator.broadcast(
            Array(optimizer.states.keys.sorted().joined(separator: " ").utf8))
        for name in String(decoding: names, as: UTF8.self).split(separator: " ").map(String.init) {
            let memory = optimizer.states[name] ?? AlignedMemory(bytes: bytes)
            try broadcast(memory)
            optimizer.states[name] = memory
        }
    }

    private func broadcast(_ memory: AlignedMemory) throws {
        try communicator.broadcast(UnsafeMutableRawBufferPointer(start: memory.base, count: memory.bytes))
    }

    /// Averages the moving statistics over all processes, if each has its own.
    func averageStatistics(of model: Model) throws {
        guard usesLocalStatistics else { return }
        for statistics in model.statistics {
            statistics.mean = try average(statistics.mean)
            statistics.variance = try average(statistics.variance)
        }
    }

    private func average(_ numbers: [Float]) throws -> [Float] {
        var sums = numbers.map(Double.init)
        try sums.withUnsafeMutableBufferPointer { try communicator.addUp($0) }
        return sums.map { Float($0 / Double(communicator.size)) }
    }
}
