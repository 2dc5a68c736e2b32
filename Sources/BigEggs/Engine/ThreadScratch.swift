/// Scratch of which each thread has a part of its own, on pages of its own.
struct ThreadScratch {
    let bytesPerThread: Int
    private let threads: Int

    /// - Parameters:
    ///   - bytes: what a thread needs.
    ///   - threads: as many as will work at most.
    init(bytes: Int, threads: Int) {
        bytesPerThread = bytes.roundedUp(to: 4096)
        self.threads = threads
    }

    /// All threads' together.
    var bytes: Int { threads * bytesPerThread }
}
