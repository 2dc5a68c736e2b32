/// Which images make each batch of a training.
///
/// Images are gone through again and again, in an order of its own each time if they are shuffled. The last
/// batch of a pass may be smaller. An epoch is one pass, or any number of steps: then it goes on where the
/// epoch before ended.
struct BatchOrder {
    /// One batch: the images at `range` of `order`, in the `pass`th pass.
    struct Batch {
        let pass: Int
        let order: [Int32]
        let range: Range<Int>
    }

    let count: Int
    let batchSize: Int
    let stepsPerEpoch: Int
    /// The pass that epoch 0 begins with.
    var firstPass = 0
    private let batches: Int
    private let shuffling: Philox?
    private var pass = -1
    private var order: [Int32] = []

    /// - Parameters:
    ///   - count: the number of images.
    ///   - stepsPerEpoch: `nil` for a pass an epoch.
    ///   - seed: what orders are drawn from, or `nil` for the order in which the images lie.
    init(count: Int, batchSize: Int, stepsPerEpoch: Int? = nil, shuffledBy seed: UInt64?) {
        self.count = count
        self.batchSize = batchSize
        batches = (count + batchSize - 1) / batchSize
        self.stepsPerEpoch = stepsPerEpoch ?? batches
        shuffling = seed.map { Philox(seed: $0, purpose: .shuffle) }
    }

    /// The batch of a step of an epoch, both counted from 0.
    mutating func batch(epoch: Int, step: Int) -> Batch {
        let (passes, batch) = (epoch * stepsPerEpoch + step).quotientAndRemainder(dividingBy: batches)
        let pass = firstPass + passes
        if pass != self.pass {
            self.pass = pass
            order =
                shuffling?.permutation(of: count, stream: UInt32(truncatingIfNeeded: pass))
                ?? (0..<Int32(count)).map { $0 }
        }
        return Batch(
            pass: pass, order: order, range: batch * batchSize..<min((batch + 1) * batchSize, count))
    }
}
