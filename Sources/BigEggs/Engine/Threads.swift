import CGOMP
import Glibc
import MessagePassing

/// The one pool of threads: libgomp's, on which oneDNN runs as well.
///
/// libgomp keeps a pool and a thread count per calling thread, so everything is created and executed
/// on the caller's thread, and the count is set at the start of each fit, evaluate and predict.
enum Threads {
    /// The processors that the process may run on.
    static var processors: Int { Int(omp_get_num_procs()) }

    /// How many threads work where nobody says: `OMP_NUM_THREADS`, or else as many as there are processors.
    /// Processes of a launcher share the machine's, if it has not given each its own.
    static var standard: Int {
        guard let launcher = Launcher.current, getenv("OMP_NUM_THREADS") == nil else {
            return min(initial, most)
        }
        let machine = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return max(1, min(initial, most, machine / launcher.processesHere))
    }

    /// The most threads that libgomp will give a parallel region of the calling thread: a number below
    /// `OMP_THREAD_LIMIT`, and one where `OMP_MAX_ACTIVE_LEVELS` or a surrounding parallel region allows no other.
    ///
    /// A primitive of oneDNN that was made for more threads than it gets waits for the missing ones for ever.
    static var most: Int {
        omp_get_active_level() < omp_get_max_active_levels() ? Int(omp_get_thread_limit()) : 1
    }

    /// libgomp's number of threads before anybody here has changed it.
    private static let initial = Int(omp_get_max_threads())

    /// Sets the size of the pool for parallel regions that the calling thread starts.
    static func use(_ count: Int) {
        _ = initial
        Fork.prepare()
        omp_set_dynamic(0)
        omp_set_num_threads(Int32(count))
    }

    /// What `body` makes where there is one thread: oneDNN then creates primitives that one thread executes.
    static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        let threads = omp_get_max_threads()
        omp_set_num_threads(1)
        defer { omp_set_num_threads(threads) }
        return try body()
    }

    /// Runs `body(thread, threads)` once on each thread of the pool and waits for all of them.
    @inline(__always)
    static func parallel(_ body: (_ thread: Int, _ threads: Int) -> Void) {
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
    }

    /// Splits `0..<count` evenly over the pool: `body(range, thread)` once on each thread.
    ///
    /// Where the ranges end depends on the number of threads: a sum must not.
    @inline(__always)
    static func parallel(over count: Int, _ body: (_ range: Range<Int>, _ thread: Int) -> Void) {
        parallel { thread, threads in
            body(count * thread / threads..<count * (thread + 1) / threads, thread)
        }
    }
}
