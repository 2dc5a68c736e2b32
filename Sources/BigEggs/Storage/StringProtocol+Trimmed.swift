extension StringProtocol {
    /// The text without leading and trailing white space and line breaks.
    var trimmed: String {
        let inner = drop { $0.isWhitespace }
        return String(
            inner[..<(inner.lastIndex { !$0.isWhitespace }.map(inner.index(after:)) ?? inner.startIndex)])
    }
}
