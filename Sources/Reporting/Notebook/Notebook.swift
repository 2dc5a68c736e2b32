import BigEggs
import Foundation

/// An executed notebook: the cells of a script and the outputs of each.
///
/// Written as nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html). Cell
/// identifiers follow from the order of the cells, so that a notebook written twice from the same
/// script and results is the same file.
public struct Notebook {
    /// An output of a cell.
    public enum Output: Sendable, Equatable {
        /// Lines as the terminal shows them.
        case text(String)
        /// The same content in several forms, by MIME type, such as `text/html` and `text/plain`.
        /// Binary forms, such as `image/png`, are in base64. The width of a PNG is in CSS pixels.
        case display([String: String], width: Int? = nil)
    }

    /// The script that ran.
    public let script: LiterateScript
    private var outputs: [Int: [Output]] = [:]

    /// A notebook without outputs.
    public init(_ script: LiterateScript) { self.script = script }

    /// Adds an output to the cell that contains a line of the script; if there is none, to the last code cell.
    public mutating func add(_ output: Output, atLine line: Int) {
        let lastCode = script.cells.lastIndex { $0.kind == .code }
        guard let cell = script.cell(atLine: line) ?? lastCode else { return }
        // Lines that follow each other are one output, as in the terminal.
        if case .text(let new) = output, case .text(let old) = outputs[cell]?.last {
            outputs[cell]?.removeLast()
            outputs[cell]?.append(.text(old + new))
        } else {
            outputs[cell, default: []].append(output)
        }
    }

    /// The outputs of the cell with this index.
    public func outputs(ofCell cell: Int) -> [Output] { outputs[cell] ?? [] }

    /// The notebook as the bytes of an `.ipynb` file, with sorted keys and a line break at the end.
    public func encoded() throws -> Data {
        var executed = 0
        let cells = script.cells.indices.map { index in
            if script.cells[index].kind == .code { executed += 1 }
            return File.Cell(
                script.cells[index], index: index, executionCount: executed, outputs: outputs[index] ?? [])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(File(cells: cells)) + Data("\n".utf8)
    }

    /// Writes the notebook atomically.
    ///
    /// - Throws: `FileError`; the file at `path` is then unchanged.
    public func write(to path: String) throws {
        try AtomicFile.write([Array(try encoded())], to: path)
    }
}

/// The file's structure, as nbformat names it.
private struct File: Encodable {
    let cells: [Cell]
    let metadata = Metadata()
    let nbformat = 4
    let nbformat_minor = 5

    struct Metadata: Encodable {
        let kernelspec = ["display_name": "Swift", "language": "swift", "name": "swift"]
        let language_info = [
            "file_extension": ".swift", "mimetype": "text/x-swift", "name": "swift",
            "pygments_lexer": "swift",
        ]
    }

    struct Cell: Encodable {
        let cell: LiterateScript.Cell
        let index: Int
        let executionCount: Int
        let outputs: [Notebook.Output]

        init(_ cell: LiterateScript.Cell, index: Int, executionCount: Int, outputs: [Notebook.Output]) {
            self.cell = cell
            self.index = index
            self.executionCount = executionCount
            self.outputs = outputs
        }

        enum Key: String, CodingKey {
            case id, metadata, source, outputs
            case kind = "cell_type"
            case executionCount = "execution_count"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode("cell-\(index + 1)", forKey: .id)
            try container.encode(cell.kind.rawValue, forKey: .kind)
            try container.encode([String: String](), forKey: .metadata)
            try container.encode(Lines(cell.source), forKey: .source)
            if cell.kind == .code {
                try container.encode(executionCount, forKey: .executionCount)
                try container.encode(outputs.map(Output.init), forKey: .outputs)
            }
        }
    }

    struct Output: Encodable {
        let output: Notebook.Output

        enum Key: String, CodingKey {
            case name, text, data, metadata
            case kind = "output_type"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            switch output {
            case .text(let text):
                try container.encode("stream", forKey: .kind)
                try container.encode("stdout", forKey: .name)
                try container.encode(Lines(text), forKey: .text)
            case .display(let forms, let width):
                try container.encode("display_data", forKey: .kind)
                try container.encode(
                    width.map { ["image/png": ["width": $0]] } ?? [:], forKey: .metadata)
                try container.encode(forms.mapValues(Lines.init), forKey: .data)
            }
        }
    }

    /// Text as nbformat's list of lines, which keeps diffs of notebooks readable.
    struct Lines: Encodable {
        let text: String

        init(_ text: String) { self.text = text }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            // Split by scalars: as characters, a carriage return and its line feed would be one.
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() {
                if index < lines.count - 1 {
                    try container.encode(String(line) + "\n")
                } else if !line.isEmpty {
                    try container.encode(String(line))
                }
            }
        }
    }
}
