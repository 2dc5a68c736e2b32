import CMessagePassing
import Glibc

/// Sums a buffer of numbers over all processes, each piece of the buffer as soon as it is ready.
///
/// Each process receives its part of a piece from all processes, adds the received parts in the order of a
/// ``TreeSum``, and sends the sum to all processes. This moves as few bytes as a ring all-reduce. The sums
/// are bit-identical in all runs with the same number of processes, which `MPI_Allreduce` does not promise.
/// Messages are under way while the caller works. Most MPIs make progress only when they are called, so call
/// ``progress()`` often.
public final class SumExchange {
    private let communicator: Communicator
    private let numbers: UnsafeMutablePointer<Float>
    /// The addends from all processes, this one included: `[processes, numbers]`.
    private var received: UnsafeMutablePointer<Float>
    private var capacity = 0
    private var waiting: [Piece] = []
    private var scattering: Piece?
    private var summed: [Piece] = []
    private var gathering: Piece?
    /// The time at which the messages under way began; 0 if there are none.
    private var begun: UInt64 = 0
    private var underWay: UInt64 = 0
    private var spent: UInt64 = 0

    /// Nanoseconds in which messages were under way while the caller did something else.
    public var hiddenNanoseconds: UInt64 { underWay - min(spent, underWay) }

    /// A range of the numbers, and the part of it that each process sums.
    private struct Piece {
        let range: Range<Int>
        let parts: Pieces
        /// The copies of this process's part that it receives, one from each process.
        let incoming: Pieces
        let own: Range<Int>

        init(_ range: Range<Int>, _ communicator: Communicator) {
            self.range = range
            let size = communicator.size
            // Parts start at multiples of a cache line of 64 bytes.
            func start(_ part: Int) -> Int {
                part == size ? range.count : range.count * part / size / 16 * 16
            }
            let counts = (0..<size).map { start($0 + 1) - start($0) }
            own =
                range.lowerBound + start(communicator.rank)..<range.lowerBound + start(communicator.rank + 1)
            parts = Pieces(counts: counts.map { $0 * 4 })
            incoming = Pieces(counts: [Int](repeating: own.count * 4, count: size))
        }
    }

    /// - Parameter numbers: the buffer, which must stay valid.
    public init(_ communicator: Communicator, _ numbers: UnsafeMutablePointer<Float>) {
        self.communicator = communicator
        self.numbers = numbers
        received = .allocate(capacity: 1)
    }

    deinit { received.deallocate() }

    /// Begins the sum of a piece that is ready. All processes must begin the same pieces in the same order.
    ///
    /// - Throws: ``MessagePassingError``.
    public func begin(_ range: Range<Int>) throws {
        guard communicator.size > 1, !range.isEmpty else { return }
        // A message's length is an Int32.
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 26) {
            waiting.append(Piece(start..<min(start + (1 << 26), range.upperBound), communicator))
        }
        try progress()
    }

    /// Makes progress with the messages.
    ///
    /// - Returns: whether all sums are complete.
    /// - Throws: ``MessagePassingError``.
    @discardableResult
    public func progress() throws -> Bool { try timed(step) }

    private func now() -> UInt64 {
        var clock = timespec()
        clock_gettime(CLOCK_MONOTONIC, &clock)
        return UInt64(clock.tv_sec) * 1_000_000_000 + UInt64(clock.tv_nsec)
    }

    private func step() throws -> Bool {
        if let piece = scattering, try communicator.hasEnded(Int(BE_CHANNEL_SCATTER)) {
            let count = piece.own.count
            TreeSum.addUp(received, rows: communicator.size, count: count, stride: count)
            (numbers + piece.own.lowerBound).update(from: received, count: count)
            scattering = nil
            summed.append(piece)
        }
        if scattering == nil, !waiting.isEmpty {
            let piece = waiting.removeFirst()
            reserve(piece.own.count * communicator.size)
            try communicator.beginScatter(
                numbers + piece.range.lowerBound, piece.parts, received, piece.incoming)
            scattering = piece
        }
        if gathering != nil, try communicator.hasEnded(Int(BE_CHANNEL_GATHER)) { gathering = nil }
        if gathering == nil, !summed.isEmpty {
            let piece = summed.removeFirst()
            try communicator.beginGather(numbers + piece.range.lowerBound, piece.parts)
            gathering = piece
        }
        return scattering == nil && gathering == nil && waiting.isEmpty && summed.isEmpty
    }

    /// Waits for all sums.
    ///
    /// - Throws: ``MessagePassingError``.
    public func finish() throws {
        _ = try timed {
            let deadline = now() + UInt64(communicator.timeout * 1e9)
            var turn = 0
            while try !step() {
                turn += 1
                guard turn % 64 == 0 else { continue }
                sched_yield()
                guard now() <= deadline else {
                    throw MessagePassingError.noAnswer(seconds: communicator.timeout)
                }
            }
            return true
        }
    }

    /// - Parameter body: returns whether all messages have ended.
    private func timed(_ body: () throws -> Bool) rethrows -> Bool {
        let start = now()
        if begun == 0, !waiting.isEmpty { begun = start }
        let isDone = try body()
        guard begun > 0 else { return isDone }
        let end = now()
        spent += end - start
        if isDone {
            underWay += end - begun
            begun = 0
        }
        return isDone
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        received.deallocate()
        received = .allocate(capacity: count)
        capacity = count
    }
}
