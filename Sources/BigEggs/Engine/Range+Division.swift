extension Range<Int> {
    /// Consecutive ranges that cover this one, whose sizes differ by at most one.
    ///
    /// The bounds of a division into `count` ranges are also bounds of a division into a multiple of `count`.
    func divided(into count: Int) -> [Range<Int>] {
        (0..<count).map {
            lowerBound + self.count * $0 / count..<lowerBound + self.count * ($0 + 1) / count
        }
    }
}
