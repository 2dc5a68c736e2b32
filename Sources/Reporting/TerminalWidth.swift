extension String {
    /// The columns that a text takes in a terminal: two for each Chinese, Japanese or Korean character and each
    /// emoji.
    var terminalWidth: Int {
        reduce(0) { width, character in width + (character.isWide ? 2 : 1) }
    }
}

extension Character {
    /// The Unicode blocks that are wide by Unicode Standard Annex 11.
    private static let wideBlocks: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1B000...0x1B2FB, 0x20000...0x3FFFD,
    ]

    fileprivate var isWide: Bool {
        guard let first = unicodeScalars.first, !first.isASCII else { return false }
        let showsAsEmoji =
            first.properties.isEmojiPresentation || unicodeScalars.dropFirst().first?.value == 0xFE0F
        return showsAsEmoji || Self.wideBlocks.contains { $0.contains(first.value) }
    }
}
