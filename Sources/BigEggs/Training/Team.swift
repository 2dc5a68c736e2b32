import MessagePassing

/// The processes that train one model together: each computes its share of every batch, and all take the same step.
///
/// A pass through the layers cannot throw. What fails in one is kept, ends all further messages, and is thrown by
/// ``check()``.
final class Team {
    let communicator: Communicator
    /// Whether batch normalization takes the statistics of each process's share, and not of the whole batch.
    let usesLocalStatistics: Bool
    /// The signal that some process was sent to end the training.
    private(set) var signal: Int32?
    private var failure: (any Error)?
    private var exchange: SumExchange?
    private var gradients: UnsafeMutablePointer<Float>?
    /// Gradients from here on are under way.
    private var begun = 0

    /// Gradients that travel together: 1 MB. Smaller messages wait longer for each other, larger ones leave less time to
    /// hide the last one in.
    private static let bucket = 1 << 18

    /// - Returns: nil for a process alone.
    init?(_ communicator: Communicator?, usesLocalStatistics: Bool = false) {
        guard let communicator, communicator.size > 1 else { return nil }
        self.communicator = communicator
        self.usesLocalStatistics = usesLocalStatistics
    }

    /// This process's share of a batch of so many samples.
    func share(of batch: Int) -> Share { Share(batch: batch, rank: communicator.rank, team: self) }

    /// The largest share of a batch of so many samples.
    func largestShare(of batch: Int) -> Int { (batch + communicator.size - 1) / communicator.size }

    /// Runs what sends messages, unless something has failed.
    private func attempt(_ body: () throws -> Void) {
        guard failure == nil else { return }
        do { try body() } catch { failure = error }
    }

    /// - Throws: what has failed within a pass.
    func check() throws { if let failure { throw failure } }

    /// Replaces numbers by their sums over all processes.
    func addUp(_ numbers: UnsafeMutablePointer<Double>, count: Int) {
        attempt { try communicator.addUp(UnsafeMutableBufferPointer(start: numbers, count: count)) }
    }

    /// Replaces numbers by those of one process.
    func take(_ numbers: UnsafeMutablePointer<Float>, count: Int, from rank: Int) {
        attempt {
            try communicator.broadcast(
                UnsafeMutableRawBufferPointer(start: numbers, count: count * 4), from: rank)
        }
    }

    // MARK: Gradients

    /// Begins a backward pass: from its end on, gradients become those of the whole batch.
    func beginGradients(of store: ParameterStore) {
        guard let memory = store.gradients?.floats else { return }
        if gradients != memory {
            exchange = SumExchange(communicator, memory)
            gradients = memory
        }
        begun = store.elementCount
    }

    /// Says that the gradients from `place` on have their values, and moves messages on.
    func gradientsAreReady(from place: Int) {
        guard let exchange else { return }
        attempt {
            if begun - place >= Team.bucket {
                try exchange.begin(place..<begun)
                begun = place
            } else {
                try exchange.progress()
            }
        }
    }

    /// For how long gradients have travelled while layers computed.
    var hiddenNanoseconds: UInt64 { exchange?.hiddenNanoseconds ?? 0 }

    /// Waits for the gradients of the whole batch.
    func finishGradients() throws {
        try check()
        try exchange?.begin(0..<begun)
        begun = 0
        try exchange?.finish()
    }

    /// Replaces what this process knows of its share of each batch by what all know of the whole batches, in their order.
    ///
    /// - Parameter each: elements of an image.
    func gather<Element: BitwiseCopyable>(
        _ elements: inout [Element], of order: BatchOrder, each: Int
    ) throws {
        let shares = order.ranges.map { share(of: $0.count).counts }
        let counts = (0..<communicator.size).map { rank in shares.reduce(0) { $0 + $1[rank] } }
        let all = try communicator.gather(elements, counts: counts.map { $0 * each })
        var next = counts.indices.map { counts[..<$0].reduce(0, +) * each }
        elements = []
        elements.reserveCapacity(all.count)
        for share in shares {
            for (rank, count) in share.enumerated() {
                elements += all[next[rank]..<next[rank] + count * each]
                next[rank] += count * each
            }
        }
    }

    // MARK: The first process

    /// What the first process may change in a training, and what any may have been told.
    private struct Course {
        var learningRate: Double
        var signal: Int32
        var isStopped, hasFailed, changedWeights: Bool
    }

    /// Lets the first process do what one alone may: tell callbacks, write files. The others then have the learning
    /// rate, the weights and the end that came of it.
    ///
    /// - Parameter signal: what this process was sent.
    /// - Throws: in the first process what `body` throws, in the others ``MessagePassingError/endedElsewhere``.
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

    /// Gives all processes what the first one's optimizer remembers.
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

    /// Makes the moving statistics those of all processes' shares, where each has its own.
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

    // MARK: Likeness

    /// Compares what all processes must have alike.
    ///
    /// - Throws: in all processes ``MessagePassingError/differs(rank:host:differences:)`` about one of them.
    func checkAlike(_ settings: [String: String]) throws {
        let first = try communicator.broadcast(Array(Team.text(settings).utf8))
        let differences = Checkpoint.differences(
            from: Team.settings(String(decoding: first, as: UTF8.self)), to: settings)
        let report = differences.isEmpty ? "" : ([communicator.host] + differences).joined(separator: "\u{0}")
        let reports = try communicator.gather(bytes: Array(report.utf8))
        guard let rank = reports.firstIndex(where: { !$0.isEmpty }) else { return }
        let parts = String(decoding: reports[rank], as: UTF8.self).split(separator: "\u{0}").map(String.init)
        throw MessagePassingError.differs(rank: rank, host: parts[0], differences: Array(parts.dropFirst()))
    }

    private static func text(_ settings: [String: String]) -> String {
        settings.map { "\($0.key)\u{0}\($0.value)" }.sorted().joined(separator: "\u{1}")
    }

    private static func settings(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: "\u{1}").map { line in
                let parts = line.split(separator: "\u{0}", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter digest: of this process's weights.
    /// - Throws: ``MessagePassingError/divergedWeights(rank:host:)``.
    func checkWeights(_ digest: String) throws {
        let reports = try communicator.gather(bytes: Array("\(digest) \(communicator.host)".utf8))
            .map { String(decoding: $0, as: UTF8.self).split(separator: " ", maxSplits: 1).map(String.init) }
        guard !usesLocalStatistics, let rank = reports.firstIndex(where: { $0[0] != reports[0][0] }) else {
            return
        }
        throw MessagePassingError.divergedWeights(rank: rank, host: reports[rank].last ?? "")
    }
}
