import CGOMP

/// The one pool of threads: libgomp's, on which oneDNN runs as well.
///
/// libgomp keeps a pool and a thread count per calling thread, so everything is created and executed
/// on the caller's thread, and the count is set at the start of each fit, evaluate and predict.
enum Threads {
    /// As many threads as the process may run on.
    static var available: Int { Int(omp_get_num_procs()) }

    /// Sets the size of the pool for parallel regions that the calling thread starts.
    static func use(_ count: Int) {
        omp_set_dynamic(0)
        omp_set_num_threads(Int32(count))
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
    /// The split depends on the number of threads alone, so that sums come out the same every time.
    @inline(__always)
    static func parallel(over count: Int, _ body: (_ range: Range<Int>, _ thread: Int) -> Void) {
        parallel { thread, threads in
            body(count * thread / threads..<count * (thread + 1) / threads, thread)
        }
    }
}
