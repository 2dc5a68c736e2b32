/// A small table: aligned text on the terminal, HTML in a notebook.
///
/// ```swift
/// Table(["class", "images"], rows: [["bird", "5,000"], ["cat", "5,000"]])
/// ```
public struct Table: Sendable, Equatable {
    /// The name of each column.
    public let columns: [String]
    /// The rows, with one text per column.
    public let rows: [[String]]

    /// Makes a table. Rows with too few texts are filled up with empty ones; rows with too many are cut.
    public init(_ columns: [String], rows: [[String]]) {
        self.columns = columns
        self.rows = rows.map { row in
            columns.indices.map { $0 < row.count ? row[$0] : "" }
        }
    }

    /// The table as lines of text. A column of numbers is aligned to the right.
    public var text: String {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].terminalWidth) { max($0, $1[column].terminalWidth) }
        }
        func line(_ texts: [String]) -> String {
            let padded = columns.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - texts[column].terminalWidth)
                return isNumeric(column) ? space + texts[column] : texts[column] + space
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return ([line(columns), rule] + rows.map(line)).joined(separator: "\n") + "\n"
    }

    /// The table as HTML.
    public var html: String {
        func cells(_ tag: String, _ texts: [String]) -> String {
            columns.indices.map { column in
                let align = isNumeric(column) ? "right" : "left"
                return "<\(tag) style=\"text-align: \(align)\">\(Table.escaped(texts[column]))</\(tag)>"
            }.joined()
        }
        let body = rows.map { "<tr>\(cells("td", $0))</tr>\n" }.joined()
        return
            "<table>\n<thead><tr>\(cells("th", columns))</tr></thead>\n<tbody>\n\(body)</tbody>\n</table>\n"
    }

    private func isNumeric(_ column: Int) -> Bool {
        let texts = rows.map { $0[column] }.filter { !$0.isEmpty && $0 != "–" }
        return !texts.isEmpty
            && texts.allSatisfy { $0.contains(where: \.isNumber) && !$0.contains(where: \.isLetter) }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
