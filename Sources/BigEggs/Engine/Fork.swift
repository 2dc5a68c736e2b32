import CGOMP
import Glibc
import Synchronization

/// What becomes of the pool of threads when the process is forked.
///
/// A forked process has its parent's memory and none of its threads, and would wait for libgomp's for ever. So
/// the thread that forks ends its pool before, and both processes begin another one with their next step. Where
/// some thread was at work meanwhile, its locks will never be released in the forked process, which may not
/// work then.
package enum Fork {
    /// How many calls are at work.
    private static let working = Atomic<Int>(0)
    /// Whether this process was forked from one that was at work.
    private static let isCutOff = Atomic<Bool>(false)
    private static let registered: Void = {
        pthread_atfork(
            // 1 is OpenMP's omp_pause_soft. It fails within a parallel region.
            { hasEndedPool.store(omp_pause_resource_all(1) == 0, ordering: .relaxed) }, nil,
            {
                let isWhole = hasEndedPool.load(ordering: .relaxed) && working.load(ordering: .relaxed) == 0
                if !isWhole { isCutOff.store(true, ordering: .relaxed) }
            })
    }()
    private static let hasEndedPool = Atomic<Bool>(true)

    /// Makes ready for forks: before the first pool.
    static func prepare() { _ = registered }

    /// - Throws: ``EngineError/forkedAtWork``.
    package static func check() throws {
        guard !isCutOff.load(ordering: .relaxed) else { throw EngineError.forkedAtWork }
    }

    /// Calls `body`, which takes locks or works with the engine.
    package static func work<Result>(_ body: () throws -> Result) throws -> Result {
        try check()
        prepare()
        working.wrappingAdd(1, ordering: .relaxed)
        defer { working.wrappingSubtract(1, ordering: .relaxed) }
        return try body()
    }
}
