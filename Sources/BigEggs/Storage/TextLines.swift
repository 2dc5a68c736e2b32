extension StringProtocol {
    /// The lines of a text, without their line breaks: `\n`, `\r\n`, `\r` and the others of Unicode.
    ///
    /// In Swift `\r\n` is one character and not `\n`, so `split(separator: "\n")` finds one line in a file from
    /// Windows.
    package var lines: [SubSequence] { split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) }
}
