/// A section script cut into its cells.
///
/// A script is Swift in the percent format: a line `// %% [markdown]` starts a cell of prose, whose lines are
/// comments, and a line `// %%` starts a cell of code. Lines end in `\n` or `\r\n`, as the compiler counts them for
/// `#line`.
///
/// ```swift
/// let script = LiterateScript("// %% [markdown]\n// # Title\n// %%\nlet x = 1\n")
/// script.cells.map(\.source)  // ["# Title", "let x = 1"]
/// ```
public struct LiterateScript: Sendable, Equatable {
    /// What a cell holds.
    public enum Kind: String, Sendable {
        case markdown
        case code
    }

    /// The part of the script between two markers.
    public struct Cell: Sendable, Equatable {
        /// Prose or code.
        public let kind: Kind
        /// The cell's text; prose without its comment slashes.
        public let source: String
        /// The lines of the script that belong to the cell, its marker included; the first line is 1.
        public let lines: ClosedRange<Int>
    }

    /// The cells from top to bottom; cells without text are left out.
    public let cells: [Cell]

    /// Cuts a script into cells. Text before the first marker is code.
    public init(_ source: String) {
        let lines = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(
            String.init)
        var cells: [Cell] = []
        var kind = Kind.code
        var body: [String] = []
        var first = 1

        func close(before line: Int) {
            let text = LiterateScript.trimmed(body).map { kind == .code ? $0 : LiterateScript.prose($0) }
            if !text.isEmpty {
                cells.append(Cell(kind: kind, source: text.joined(separator: "\n"), lines: first...line - 1))
            }
        }
        for (index, line) in lines.enumerated() {
            guard let next = LiterateScript.marker(line) else {
                body.append(line)
                continue
            }
            close(before: index + 1)
            (kind, body, first) = (next, [], index + 1)
        }
        close(before: lines.count + 1)
        self.cells = cells
    }

    /// The heading of the first cell without its number; nil without a heading such as "# 4. Plain training".
    public var title: String? { (head.first?.wholeMatch(of: /# \d+\. (.+)/)?.1).map(String.init) }

    /// The first paragraph after the heading, on one line.
    public var introduction: String {
        head.dropFirst().drop(while: \.isEmpty).prefix { !$0.isEmpty }.joined(separator: " ")
    }

    /// The lines of the first cell.
    private var head: [Substring] {
        (cells.first?.source ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The index in ``cells`` of the cell that contains a line of the script.
    public func cell(atLine line: Int) -> Int? {
        cells.firstIndex { $0.lines.contains(line) }
    }

    private static func marker(_ line: String) -> Kind? {
        guard line.hasPrefix("// %%") else { return nil }
        switch line.dropFirst("// %%".count).trimming(while: \.isWhitespace) {
        case "": return .code
        case "[markdown]": return .markdown
        default: return nil
        }
    }

    /// A comment's text: `// word` is `word`, and `//` an empty line.
    private static func prose(_ line: String) -> String {
        if line.hasPrefix("// ") { return String(line.dropFirst(3)) }
        return line == "//" ? "" : line
    }

    private static func trimmed(_ lines: [String]) -> ArraySlice<String> {
        func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }
        guard let first = lines.firstIndex(where: { !isBlank($0) }),
            let last = lines.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return lines[first...last]
    }
}

extension Substring {
    fileprivate func trimming(while predicate: (Character) -> Bool) -> Substring {
        var text = drop(while: predicate)
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
