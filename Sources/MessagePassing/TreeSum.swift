/// Pairwise summation of rows: sums each half of the rows recursively, then adds the two sums.
///
/// The order depends only on the number of rows. The halves can be summed separately: two processes that each
/// sum one half get the same bits as one process.
package enum TreeSum {
    /// Sums the rows into the first one; the others may change.
    ///
    /// - Parameters:
    ///   - first: `[rows, count]`, each row `stride` elements after the row before.
    package static func addUp<Element: BinaryFloatingPoint>(
        _ first: UnsafeMutablePointer<Element>, rows: Int, count: Int, stride: Int
    ) {
        forEachPair(of: 0..<rows) { target, source in
            let (target, source) = (first + target * stride, first + source * stride)
            for index in 0..<count { target[index] += source[index] }
        }
    }

    /// Calls `add` with each pair of rows to add up: the second row is added to the first.
    ///
    /// Other modules use this function, because generic functions of this module run slowly in them: with
    /// ``addUp(_:rows:count:stride:)`` a training step with fixed parts took 1.5 times as long.
    package static func forEachPair(of rows: Range<Int>, _ add: (_ target: Int, _ source: Int) -> Void) {
        guard rows.count > 1 else { return }
        let middle = rows.lowerBound + rows.count / 2
        forEachPair(of: rows.lowerBound..<middle, add)
        forEachPair(of: middle..<rows.upperBound, add)
        add(rows.lowerBound, middle)
    }
}
