import CGOMP
import Glibc
import Synchronization

/// Handles the thread pool when the process forks.
///
/// A forked process has its parent's memory but not its parent's threads, and would wait for libgomp's threads for
/// ever. So the forking thread ends its pool before the fork, and both processes start a new pool with their next step.
/// If another thread was at work during the fork, the locks that it held are never released in the forked process, so
/// the engine throws there.
package enum Fork {
    /// How many calls of ``work(_:)`` are running.
    private static let working = Atomic<Int>(0)
    /// Whether this process was forked while its parent was at work.
    private static let isCutOff = Atomic<Bool>(false)
    private static let registered: Void = {
        pthread_atfork(
            // 1 is OpenMP's omp_pause_soft. The call fails within a parallel region.
            { hasEndedPool.store(omp_pause_resource_all(1) == 0, ordering: .relaxed) }, nil,
            {
                let isWhole = hasEndedPool.load(ordering: .relaxed) && working.load(ordering: .relaxed) == 0
                if !isWhole { isCutOff.store(true, ordering: .relaxed) }
            })
    }()
    private static let hasEndedPool = Atomic<Bool>(true)

    /// Registers the fork handlers; call before the first pool starts.
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
