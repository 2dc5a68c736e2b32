/// Scratch with a separate part for each thread, a multiple of 4096 bytes.
struct ThreadScratch {
    let bytesPerThread: Int
    private let threads: Int

    /// - Parameters:
    ///   - bytes: needed per thread.
    ///   - threads: the maximum number of threads.
    init(bytes: Int, threads: Int) {
        bytesPerThread = bytes.roundedUp(to: 4096)
        self.threads = threads
    }

    /// Of all threads.
    var bytes: Int { threads * bytesPerThread }
}
