/// Which images make each batch of a training.
///
/// Training makes passes through the images; with shuffling, each pass has its own order. The last batch of a pass may
/// be smaller. An epoch is one pass, or a given number of steps that continue where the last epoch ended.
package struct BatchOrder: Sendable {
    let count: Int
    let batchSize: Int
    let stepsPerEpoch: Int
    /// The number of the pass with which epoch 0 begins.
    var firstPass = 0
    private let batches: Int
    private let shuffling: Philox?
    private var pass = -1
    private var order: [Int32] = []

    /// - Parameters:
    ///   - count: the number of images.
    ///   - stepsPerEpoch: `nil` for one pass per epoch.
    ///   - seed: the seed for shuffling; `nil` for the stored order.
    init(count: Int, batchSize: Int, stepsPerEpoch: Int? = nil, shuffledBy seed: UInt64?) {
        self.count = count
        self.batchSize = min(batchSize, count)
        batches = BatchOrder.steps(through: count, batchSize: self.batchSize)
        self.stepsPerEpoch = stepsPerEpoch ?? batches
        shuffling = seed.map { Philox(seed: $0, purpose: .shuffle) }
    }

    /// The number of batches in a pass; the last batch may be smaller.
    package static func steps(through count: Int, batchSize: Int) -> Int {
        (count + batchSize - 1) / batchSize
    }

    /// The images of each batch of a pass, by their position in the pass.
    var ranges: [Range<Int>] {
        (0..<batches).map { $0 * batchSize..<min(($0 + 1) * batchSize, count) }
    }

    var isShuffled: Bool { shuffling != nil }

    /// The images of a step of an epoch, both counted from 0, and the pass that they belong to.
    mutating func batch(epoch: Int, step: Int) -> (pass: Int, images: ArraySlice<Int32>) {
        let (passes, batch) = (epoch * stepsPerEpoch + step).quotientAndRemainder(dividingBy: batches)
        let pass = firstPass + passes
        if pass != self.pass {
            self.pass = pass
            order =
                shuffling?.permutation(of: count, stream: UInt32(truncatingIfNeeded: pass))
                ?? (0..<Int32(count)).map { $0 }
        }
        return (pass, order[batch * batchSize..<min((batch + 1) * batchSize, count)])
    }
}
