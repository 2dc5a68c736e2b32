import Foundation
import Reporting
import Testing

@Suite struct LiterateScriptTests {
    static let source = """
        // %% [markdown]
        // # Title
        //
        // Prose that goes on.

        // %%
        let x = 1

        print(x)

        // %% [markdown]
        // More.
        // %%
        // %%
        let y = 2
        """

    @Test func markdownCellsLoseTheirSlashesAndCodeIsUnchanged() {
        let cells = LiterateScript(Self.source).cells
        #expect(cells.map(\.kind) == [.markdown, .code, .markdown, .code])
        #expect(
            cells.map(\.source) == [
                "# Title\n\nProse that goes on.", "let x = 1\n\nprint(x)", "More.", "let y = 2",
            ])
    }

    @Test func everyLineMapsToItsCell() {
        let script = LiterateScript(Self.source)
        #expect([1, 4, 5].map { script.cell(atLine: $0) } == [0, 0, 0])
        #expect([6, 9, 10].map { script.cell(atLine: $0) } == [1, 1, 1])
        #expect(script.cell(atLine: 12) == 2)
        #expect(script.cell(atLine: 13) == nil, "an empty cell is left out")
        #expect(script.cell(atLine: 15) == 3)
        #expect(script.cell(atLine: 99) == nil)
    }

    /// Git's `autocrlf` or an editor on Windows may write such line endings. Lines are counted as the
    /// compiler counts them.
    @Test(arguments: [
        source.replacing("\n", with: "\r\n"),
        source.replacing("let x = 1\n", with: "let x = 1\r\n"),
        source.replacing("// Prose that", with: "// Prose\u{2028}that").replacing("\n", with: "\r\n"),
    ])
    func windowsLineEndingsGiveTheSameCells(_ text: String) {
        let (script, expected) = (LiterateScript(text), LiterateScript(Self.source))
        let cells = script.cells.map { $0.source.replacing("\u{2028}", with: " ") }
        #expect(cells == expected.cells.map(\.source))
        #expect(script.cells.map(\.lines) == expected.cells.map(\.lines))
    }

    @Test func codeBeforeTheFirstMarkerIsASeparateCell() {
        let script = LiterateScript("import BigEggs\n// %% [markdown]\n// Prose")
        #expect(script.cells.map(\.kind) == [.code, .markdown])
        #expect(LiterateScript("").cells.isEmpty)
    }

    @Test func aCommentThatOnlyLooksLikeAMarkerIsText() {
        let script = LiterateScript("// %%\n// %%%\nlet x = 1 // %%")
        #expect(script.cells.map(\.source) == ["// %%%\nlet x = 1 // %%"])
    }

    @Test(arguments: ReportSection.allCases)
    func theCodeCellsOfASectionAreItsScript(section: ReportSection) throws {
        let path = try Checkout.root + "/notebooks/\(section.name)/main.swift"
        let source = try String(contentsOfFile: path, encoding: .utf8)
        let script = LiterateScript(source)
        // Everything but comments must be in a code cell, in the same order.
        let code = source.split(separator: "\n").filter { !$0.hasPrefix("//") }
        let inCells = script.cells.filter { $0.kind == .code }.map(\.source).joined(separator: "\n")
        #expect(inCells.split(separator: "\n").filter { !$0.hasPrefix("//") } == code)
        #expect(script.cells.first?.kind == .markdown)
        #expect(script.cells.first?.source.hasPrefix("# \(Int(section.name.prefix(2)) ?? 0). ") == true)
        #expect(code.last == "try section.end()")
    }
}
