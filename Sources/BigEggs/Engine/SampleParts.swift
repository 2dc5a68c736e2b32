import MessagePassing

/// The parts of a plan's samples. A sum over the samples is computed for each part, and the parts' sums are added.
///
/// Parts do not depend on the number of threads, so neither do the bits of a sum. Fixed parts do not depend on the
/// number of processes either: see ``Model/use(fixedParts:)``.
struct SampleParts: Hashable {
    /// Consecutive ranges that cover the plan's samples. Some fixed parts are empty if the batch has fewer samples than
    /// parts.
    let ranges: [Range<Int>]
    /// The number of samples for which oneDNN chooses the layout of weights. All parts use that layout.
    let typicalCount: Int
    /// Whether the parts are fixed parts of a batch. The sums of fixed parts are added as a ``TreeSum``, those of other
    /// parts one after the other.
    let areFixed: Bool

    /// Parts of about the same size, each with at least one sample.
    ///
    /// - Parameter most: the largest number of parts.
    init(of samples: Int, atMost most: Int) {
        ranges = (0..<samples).divided(into: min(samples, most))
        typicalCount = ranges[0].count
        areFixed = false
    }

    /// One process's parts of a batch that is divided into `count` fixed parts.
    ///
    /// - Parameters:
    ///   - batch: the number of samples in the whole batch.
    ///   - rank: the process's number. Its parts cover the same samples of the batch as its ``Share``.
    ///   - size: the number of processes, which divides `count`.
    init(fixed count: Int, of batch: Int, rank: Int = 0, size: Int = 1) {
        let own = (0..<batch).divided(into: count)[count / size * rank..<count / size * (rank + 1)]
        let first = own.first?.lowerBound ?? 0
        ranges = own.map { $0.lowerBound - first..<$0.upperBound - first }
        typicalCount = (batch + count - 1) / count
        areFixed = true
    }

    /// The number of samples of all parts.
    var samples: Int { ranges.last?.upperBound ?? 0 }

    /// Adds rows of numbers, one row for each part, into the first row. The other rows may change.
    ///
    /// - Parameters:
    ///   - count: the number of columns to add up.
    ///   - stride: the number of elements from one row to the next.
    func addUp<Number: FloatingPoint>(_ rows: UnsafeMutablePointer<Number>, count: Int, stride: Int) {
        func add(_ target: Int, _ source: Int) {
            let (target, source) = (rows + target * stride, rows + source * stride)
            for index in 0..<count { target[index] += source[index] }
        }
        if areFixed { return TreeSum.forEachPair(of: ranges.indices, add) }
        for part in ranges.indices.dropFirst() { add(0, part) }
    }
}
