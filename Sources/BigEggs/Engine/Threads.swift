import CGOMP
import CKernels
import Glibc
import MessagePassing

/// libgomp's thread pool, which oneDNN uses as well.
///
/// libgomp keeps a pool and a thread count per calling thread. Primitives are therefore created and executed
/// on the caller's thread, and the count is set at the start of each fit, evaluate and predict.
enum Threads {
    /// The number of processors that the process may run on.
    static var processors: Int { Int(omp_get_num_procs()) }

    /// The default number of threads: `OMP_NUM_THREADS`, or else the number of processors. Under a launcher, the
    /// processes on one machine divide its processors, unless the launcher bound each process to its own processors.
    static var standard: Int {
        guard let launcher = Launcher.current, getenv("OMP_NUM_THREADS") == nil else {
            return min(initial, most)
        }
        let machine = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return max(1, min(initial, most, machine / launcher.processesHere))
    }

    /// The maximum number of threads of a parallel region started by the calling thread: `OMP_THREAD_LIMIT`, or 1 if
    /// `OMP_MAX_ACTIVE_LEVELS` or a surrounding parallel region allows no more.
    ///
    /// If a oneDNN primitive gets fewer threads than it was created for, it waits for the missing threads for ever.
    static var most: Int {
        omp_get_active_level() < omp_get_max_active_levels() ? Int(omp_get_thread_limit()) : 1
    }

    /// libgomp's number of threads before ``use(_:)`` changes it.
    private static let initial = Int(omp_get_max_threads())

    /// Sets the size of the pool for parallel regions that the calling thread starts.
    static func use(_ count: Int) {
        _ = initial
        Fork.prepare()
        omp_set_dynamic(0)
        omp_set_num_threads(Int32(count))
    }

    /// Runs `body` with a thread count of one: oneDNN then creates single-threaded primitives.
    static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        let threads = omp_get_max_threads()
        omp_set_num_threads(1)
        defer { omp_set_num_threads(threads) }
        return try body()
    }

    /// Runs `body(thread, threads)` once on each thread of the pool and waits for all of them.
    @inline(__always)
    static func parallel(_ body: (_ thread: Int, _ threads: Int) -> Void) {
        // A fixed name instead of the source file's path. For withoutActuallyEscaping the compiler stores the
        // path's length, so the binary would depend on the directory of the sources.
        #sourceLocation(file:"ParallelRegion.swift",line:1)
        withoutActuallyEscaping(body) { body in
            var region = body
            withUnsafeMutablePointer(to: &region) { pointer in
                GOMP_parallel(
                    { data in
                        guard let data else { return }
                        let body = data.assumingMemoryBound(to: ((Int, Int) -> Void).self)
                        body.pointee(Int(omp_get_thread_num()), Int(omp_get_num_threads()))
                    }, pointer, 0, 0)
            }
        }
        #sourceLocation()
    }

    /// Splits `0..<count` into ranges and runs `body(range, thread)` for each of them.
    ///
    /// Each thread has as many neighbouring ranges. A thread that has finished its own takes ranges of the others, so a
    /// processor that is slowed by another process holds up the others less.
    ///
    /// The ranges depend on the number of threads, and the threads' ranges on their speed; the order of a sum must not.
    ///
    /// - Parameter rangesPerThread: fewer for work that is slower in small ranges.
    @inline(__always)
    static func parallel(
        over count: Int, rangesPerThread: Int = 8, _ body: (_ range: Range<Int>, _ thread: Int) -> Void
    ) {
        let most = Int(omp_get_max_threads())
        withUnsafeTemporaryAllocation(of: be_work_share.self, capacity: most) { memory in
            guard let shares = memory.baseAddress else { return }
            let pieces = min(count, most * rangesPerThread)
            for thread in 0..<most {
                be_work_share_set(
                    shares + thread, UInt32(pieces * thread / most), UInt32(pieces * (thread + 1) / most))
            }
            parallel { thread, _ in
                while true {
                    let piece = be_work_share_take(shares, most, thread)
                    guard piece >= 0 else { return }
                    body(count * piece / pieces..<count * (piece + 1) / pieces, thread)
                }
            }
        }
    }
}
