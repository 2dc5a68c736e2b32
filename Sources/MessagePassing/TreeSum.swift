/// Pairwise summation of rows: sums each half of the rows recursively, then adds the two sums.
///
/// The order depends only on the number of rows. The halves can be summed apart: two processes that each sum one
/// half get the same bits as one process.
package enum TreeSum {
    /// Sums the rows into the first one; the others may change.
    ///
    /// - Parameters:
    ///   - first: `[rows, count]`, each row `stride` elements after the row before.
    package static func addUp<Element: BinaryFloatingPoint>(
        _ first: UnsafeMutablePointer<Element>, rows: Int, count: Int, stride: Int
    ) {
        guard rows > 1 else { return }
        let half = rows / 2
        let second = first + half * stride
        addUp(first, rows: half, count: count, stride: stride)
        addUp(second, rows: rows - half, count: count, stride: stride)
        add(second, to: first, count)
    }

    private static func add<Element: BinaryFloatingPoint>(
        _ source: UnsafeMutablePointer<Element>, to target: UnsafeMutablePointer<Element>, _ count: Int
    ) {
        for index in 0..<count { target[index] += source[index] }
    }
}
