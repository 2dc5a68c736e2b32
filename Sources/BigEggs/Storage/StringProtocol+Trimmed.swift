extension StringProtocol {
    /// Without white space and ends of lines at both ends.
    var trimmed: String {
        let inner = drop { $0.isWhitespace }
        return String(
            inner[..<(inner.lastIndex { !$0.isWhitespace }.map(inner.index(after:)) ?? inner.startIndex)])
    }
}
