/// Scratch with a separate part for each thread. The size of a part is a multiple of 4096 bytes.
struct ThreadScratch {
    let bytesPerThread: Int
    private let threads: Int

    /// - Parameters:
    ///   - bytes: the bytes that each thread needs.
    ///   - threads: the maximum number of threads.
    init(bytes: Int, threads: Int) {
        bytesPerThread = bytes.roundedUp(to: 4096)
        self.threads = threads
    }

    /// The bytes of all threads' parts.
    var bytes: Int { threads * bytesPerThread }
}
