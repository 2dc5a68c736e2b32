import MessagePassing

/// The processes that train one model together: each computes its share of every batch, and all take the same step.
///
/// A pass through the layers cannot throw. The first error in a pass is kept, stops further messages, and is thrown by
/// ``check()``.
final class Team {
    let communicator: Communicator
    /// Whether batch normalization uses the statistics of each process's share, not of the whole batch.
    let usesLocalStatistics: Bool
    /// The signal, received by any process, that ends the training.
    var signal: Int32?
    private var failure: (any Error)?
    private var exchange: SumExchange?
    private var gradients: UnsafeMutablePointer<Float>?
    /// The exchange of all gradients from this index on has begun.
    private var begun = 0

    /// The smallest number of gradients in a message, except in the last message: 1 MB. With smaller messages,
    /// processes wait for each other more often; with larger ones, more of the last message is sent after the
    /// computation has ended.
    private static let bucket = 1 << 18

    /// - Returns: nil for a single process.
    init?(_ communicator: Communicator?, usesLocalStatistics: Bool = false) {
        guard let communicator, communicator.size > 1 else { return nil }
        self.communicator = communicator
        self.usesLocalStatistics = usesLocalStatistics
    }

    /// The samples of each process: consecutive ranges whose sizes differ by at most one.
    func shares(of batch: Int) -> [Range<Int>] { (0..<batch).divided(into: communicator.size) }

    /// - Throws: ``TrainingError`` if the number of processes does not divide `fixedParts`, or if batch
    ///   normalization uses local statistics.
    func check(fixedParts: Int) throws {
        guard fixedParts % communicator.size == 0 else {
            throw TrainingError.invalid(
                argument: "the number of processes", value: "\(communicator.size)",
                allowed: "a number that divides the \(fixedParts) fixed parts of a batch")
        }
        guard !usesLocalStatistics else {
            throw TrainingError.invalid(
                argument: "localStatistics", value: "true", allowed: "false, or a model without fixed parts")
        }
    }

    /// This process's share of a batch; `batch` is the number of samples in the batch.
    func share(of batch: Int) -> Share { Share(batch: batch, rank: communicator.rank, team: self) }

    /// Runs `body`, which sends messages, unless an earlier message failed.
    private func attempt(_ body: () throws -> Void) {
        guard failure == nil else { return }
        do { try body() } catch { failure = error }
    }

    /// - Throws: the first error within a pass.
    func check() throws { if let failure { throw failure } }

    /// Replaces numbers by their sums over all processes.
    func addUp(_ numbers: UnsafeMutablePointer<Double>, count: Int) {
        attempt { try communicator.addUp(UnsafeMutableBufferPointer(start: numbers, count: count)) }
    }

    /// Replaces numbers by the numbers of process `rank`.
    func take(_ numbers: UnsafeMutablePointer<Float>, count: Int, from rank: Int) {
        attempt {
            try communicator.broadcast(
                UnsafeMutableRawBufferPointer(start: numbers, count: count * 4), from: rank)
        }
    }

    // MARK: Gradients

    /// Begins a backward pass. Gradients are summed over all processes, beginning with those of the last layers.
    func beginGradients(of store: ParameterStore) {
        guard let memory = store.gradients?.floats else { return }
        if gradients != memory {
            exchange = SumExchange(communicator, memory)
            gradients = memory
        }
        begun = store.elementCount
    }

    /// Marks the gradients from `place` on as computed. If the gradients are enough for a message, begins it; otherwise
    /// advances the messages under way.
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

    /// The time for which gradient messages were under way while layers computed.
    var hiddenNanoseconds: UInt64 { exchange?.hiddenNanoseconds ?? 0 }

    /// Begins the last message and waits until all gradients are summed over the processes.
    func finishGradients() throws {
        try check()
        try exchange?.begin(0..<begun)
        begun = 0
        try exchange?.finish()
    }

    /// Replaces this process's elements by those of all processes, in the order of the batches.
    ///
    /// - Parameter each: elements per image.
    func gather<Element: BitwiseCopyable>(
        _ elements: inout [Element], of order: BatchOrder, each: Int
    ) throws {
        let shares = order.ranges.map { self.shares(of: $0.count).map(\.count) }
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
}
