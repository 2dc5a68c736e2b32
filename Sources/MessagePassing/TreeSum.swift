/// Adds rows of numbers up, the first half and the second half each in the same way, and then these.
///
/// The order depends on the number of rows alone. What halves of the rows come to can be known before: two
/// processes that each add up half of them get the bits that one gets.
package enum TreeSum {
    /// Leaves the sum of rows in the first one, and changes the others.
    ///
    /// - Parameters:
    ///   - first: `[rows, count]`, each row `stride` after the one before.
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
