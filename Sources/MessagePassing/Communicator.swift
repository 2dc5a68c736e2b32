import CMessagePassing
import Glibc
import Synchronization

/// The processes that a launcher has started together, and messages between them.
///
/// ```swift
/// // mpirun -np 4 .build/release/train
/// try model.fit(train, batchSize: 128, epochs: 5, communicator: .world)
/// ```
///
/// All processes call the same functions in the same order, each from one thread. A function waits for the other
/// processes, for at most ``timeout`` seconds. Messages go through MPI; nothing else opens connections.
/// Source: https://www.mpi-forum.org/docs/
public final class Communicator: @unchecked Sendable {
    /// This process's number. Process 0 prints and saves.
    public let rank: Int
    /// How many processes there are.
    public let size: Int
    /// The name of this process's machine.
    public let host: String
    /// The maximum time to wait for the other processes, in seconds.
    public var timeout = 300.0

    /// Whether this is the process that prints and saves.
    public var isFirst: Bool { rank == 0 }

    /// The functions of MPI; nil for a single process.
    private let table: UnsafePointer<be_message_passing>?

    private init(rank: Int, size: Int, host: String, table: UnsafePointer<be_message_passing>?) {
        self.rank = rank
        self.size = size
        self.host = host
        self.table = table
    }

    /// The communicator that `fit` uses if its caller passes none.
    @TaskLocal public static var ofTrainings: Communicator?

    /// The communicator of a single process.
    public static let alone = Communicator(rank: 0, size: 1, host: "", table: nil)

    /// All processes of the launcher; ``alone`` without a launcher.
    ///
    /// The first use starts MPI, unless this process has started it before, as mpi4py does.
    ///
    /// - Throws: ``MessagePassingError``; ``MessagePassingError/notBuilt(processes:file:reason:)`` if there is a
    ///   launcher but the library for MPI cannot be loaded.
    public static var world: Communicator {
        get throws {
            try started.withLock { started in
                let world = try started ?? start()
                started = world
                return world
            }
        }
    }

    /// The communicator ``world``, if it has been used and has several processes; otherwise nil.
    public static var current: Communicator? { started.withLock { $0 }.flatMap { $0.size > 1 ? $0 : nil } }

    private static let started = Mutex<Communicator?>(nil)

    /// The path of the program or library that contains this code.
    public static var programFile: String { String(cString: be_own_file()) }

    /// The library that uses MPI, in the directory of ``programFile``.
    private static var file: String {
        let own = programFile
        let directory = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        return directory + "/libbigeggs_mpi.so"
    }

    private static func start() throws -> Communicator {
        guard let launcher = Launcher.current else { return .alone }
        // Above this limit, Open MPI does not send in both directions at the same time. Over TCP at 1 Gbit/s,
        // sums of 8 MB took 141 ms without this setting and 74 ms with it.
        setenv("OMPI_MCA_btl_tcp_eager_limit", "8388608", 0)
        let file = getenv("BIGEGGS_MPI").map { String(cString: $0) } ?? Communicator.file
        guard let library = dlopen(file, RTLD_NOW | RTLD_GLOBAL),
            let symbol = dlsym(library, BE_MESSAGE_PASSING_TABLE)
        else {
            throw MessagePassingError.notBuilt(
                processes: launcher.size, file: file, reason: String(cString: dlerror()))
        }
        let table = unsafeBitCast(symbol, to: be_message_passing_table_function.self)()
        guard let table, table.pointee.interface == BE_MESSAGE_PASSING_INTERFACE else {
            throw MessagePassingError.otherInterface(file: file)
        }
        var rank: Int32 = 0
        var size: Int32 = 0
        var host = [CChar](repeating: 0, count: 256)
        let status = table.pointee.start(&rank, &size, &host)
        guard status == 0 else {
            throw MessagePassingError.failed(action: "start", reason: reason(table, status))
        }
        let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Communicator(rank: Int(rank), size: Int(size), host: name, table: table)
    }

    // MARK: Messages

    /// Sends memory of process `root` to all others.
    ///
    /// - Throws: ``MessagePassingError``.
    public func broadcast(_ memory: UnsafeMutableRawBufferPointer, from root: Int = 0) throws {
        guard let table, let base = memory.baseAddress else { return }
        // A message's length is an Int32.
        for start in Swift.stride(from: 0, to: memory.count, by: 1 << 30) {
            let count = Int32(min(memory.count - start, 1 << 30))
            try check(table.pointee.broadcast(base + start, count, Int32(root), timeout), "send to all")
        }
    }

    /// Returns the bytes of process `root` in all processes.
    ///
    /// - Throws: ``MessagePassingError``.
    public func broadcast(_ bytes: [UInt8], from root: Int = 0) throws -> [UInt8] {
        guard size > 1 else { return bytes }
        var count = bytes.count
        try withUnsafeMutableBytes(of: &count) { try broadcast($0, from: root) }
        var result = rank == root ? bytes : [UInt8](repeating: 0, count: count)
        try result.withUnsafeMutableBytes { try broadcast($0, from: root) }
        return result
    }

    /// The elements of all processes, in the order of the processes' numbers.
    ///
    /// - Parameters:
    ///   - own: this process's elements, which must not contain pointers.
    ///   - counts: the number of elements of each process, the same list in all processes.
    /// - Throws: ``MessagePassingError``.
    public func gather<Element: BitwiseCopyable>(_ own: [Element], counts: [Int]) throws -> [Element] {
        guard let table, !own.isEmpty || counts.contains(where: { $0 > 0 }) else { return own }
        let size = MemoryLayout<Element>.stride
        guard counts.reduce(0, +) <= Int(Int32.max) / size else {
            throw MessagePassingError.failed(action: "gather", reason: "the data is larger than 2 GB")
        }
        let pieces = Pieces(counts: counts.map { $0 * size })
        return try [Element](unsafeUninitializedCapacity: counts.reduce(0, +)) { all, count in
            try own.withUnsafeBytes { own in
                try pieces.with { pieces in
                    try check(
                        table.pointee.gather(
                            own.baseAddress, Int32(own.count), all.baseAddress, pieces, timeout), "gather")
                }
            }
            count = counts.reduce(0, +)
        }
    }

    /// One value of each process, in the order of the processes' numbers.
    ///
    /// - Throws: ``MessagePassingError``.
    public func gather<Element: BitwiseCopyable>(_ own: Element) throws -> [Element] {
        try gather([own], counts: [Int](repeating: 1, count: size))
    }

    /// The bytes of each process, in the order of the processes' numbers.
    ///
    /// - Throws: ``MessagePassingError``.
    public func gather(bytes own: [UInt8]) throws -> [[UInt8]] {
        let counts = try gather(own.count)
        var rest = try gather(own, counts: counts)[...]
        return counts.map { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    /// Waits until all processes have called this.
    ///
    /// - Throws: ``MessagePassingError``.
    public func barrier() throws { _ = try gather(UInt8(0)) }

    /// Replaces numbers by their sums over all processes.
    ///
    /// The sums are bit-identical in all processes, and in all runs with the same number of processes.
    ///
    /// - Throws: ``MessagePassingError``.
    public func addUp(_ numbers: UnsafeMutableBufferPointer<Double>) throws {
        guard size > 1, let base = numbers.baseAddress else { return }
        var all = try gather(Array(numbers), counts: [Int](repeating: numbers.count, count: size))
        all.withUnsafeMutableBufferPointer { all in
            guard let first = all.baseAddress else { return }
            TreeSum.addUp(first, rows: size, count: numbers.count, stride: numbers.count)
            base.update(from: first, count: numbers.count)
        }
    }

    /// Ends all processes immediately.
    public func abort(status: Int32) {
        table?.pointee.abort(status)
        exit(status)
    }

    /// Lets this process exit without waiting for the others.
    public func fail() { table?.pointee.fail() }

    // MARK: For SumExchange

    func beginScatter(
        _ send: UnsafeRawPointer, _ sent: Pieces, _ receive: UnsafeMutableRawPointer, _ received: Pieces
    )
        throws
    {
        guard let table else { return }
        try sent.with { sent in
            try received.with { received in
                try check(table.pointee.begin_scatter(send, sent, receive, received), "exchange sums")
            }
        }
    }

    func beginGather(_ all: UnsafeMutableRawPointer, _ pieces: Pieces) throws {
        guard let table else { return }
        try pieces.with { try check(table.pointee.begin_gather(all, $0), "exchange sums") }
    }

    /// Whether the operation on a channel, such as `BE_CHANNEL_SCATTER`, has ended.
    func hasEnded(_ channel: Int) throws -> Bool {
        guard let table else { return true }
        var hasEnded: Int32 = 0
        try check(table.pointee.test(Int32(channel), &hasEnded), "exchange sums")
        return hasEnded != 0
    }

    private func check(_ status: Int32, _ action: String) throws {
        guard status != 0, let table else { return }
        if status == BE_TIMED_OUT { throw MessagePassingError.noAnswer(seconds: timeout) }
        throw MessagePassingError.failed(action: action, reason: Communicator.reason(table, status))
    }

    private static func reason(_ table: UnsafePointer<be_message_passing>, _ status: Int32) -> String {
        table.pointee.describe(status).map { String(cString: $0) } ?? "error \(status)"
    }
}

/// The bytes of a buffer that each process sends or receives. The counts and offsets have a fixed address: MPI reads
/// them until an operation has ended.
final class Pieces {
    private let numbers: UnsafeMutableBufferPointer<Int32>
    let counts: [Int]

    /// Pieces that follow one another without gaps.
    init(counts: [Int]) {
        self.counts = counts
        numbers = .allocate(capacity: 2 * counts.count)
        var offset = 0
        for (index, count) in counts.enumerated() {
            numbers[index] = Int32(count)
            numbers[counts.count + index] = Int32(offset)
            offset += count
        }
    }

    deinit { numbers.deallocate() }

    func with<Result>(_ body: (be_pieces) throws -> Result) rethrows -> Result {
        try body(
            be_pieces(counts: numbers.baseAddress, offsets: numbers.baseAddress.map { $0 + counts.count }))
    }
}
