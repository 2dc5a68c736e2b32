import Foundation
import Reporting
import Testing

@Suite struct NotebookTests {
    static let script = LiterateScript(LiterateScriptTests.source)

    @Test func anOutputBelongsToTheCellOfItsLine() {
        var notebook = Notebook(Self.script)
        notebook.add(.text("two\n"), atLine: 15)
        notebook.add(.text("one\n"), atLine: 9)
        notebook.add(.text("and more\n"), atLine: 9)
        notebook.add(.display(["text/plain": "a table"]), atLine: 7)
        #expect(
            notebook.outputs(ofCell: 1) == [.text("one\nand more\n"), .display(["text/plain": "a table"])])
        #expect(notebook.outputs(ofCell: 3) == [.text("two\n")])
        #expect(notebook.outputs(ofCell: 0).isEmpty)
    }

    @Test func anOutputWithoutACellGoesToTheLastOne() {
        var notebook = Notebook(Self.script)
        notebook.add(.text("lost"), atLine: 1000)
        #expect(notebook.outputs(ofCell: 3) == [.text("lost")])
    }

    @Test func theSameScriptAndOutputsGiveTheSameBytes() throws {
        func made() throws -> Data {
            var notebook = Notebook(Self.script)
            notebook.add(.display(["text/html": "<b>", "text/plain": "b", "image/png": "AAAA"]), atLine: 7)
            return try notebook.encoded()
        }
        #expect(try made() == made())
    }

    /// Python's nbformat validates the notebook and finds the script in it.
    @Test func nbformatReadsTheNotebookAndFindsTheScriptInIt() throws {
        let directory = try TemporaryDirectory()
        var notebook = Notebook(Self.script)
        notebook.add(.text("a \"quoted\" line\nand ünïcode → 😀"), atLine: 7)
        notebook.add(.display(["text/plain": "x", "text/html": "<table>\n</table>\n"]), atLine: 7)
        notebook.add(.display(["image/png": "iVBORw0KGgo=", "text/plain": "Figure"]), atLine: 15)
        try notebook.write(to: directory.path + "/n.ipynb")

        let check = """
            import json, nbformat, sys
            notebook = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)
            nbformat.validate(notebook)
            assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
            print(json.dumps({
                "code": "\\n".join(c.source for c in notebook.cells if c.cell_type == "code"),
                "text": notebook.cells[1].outputs[0].text,
                "html": notebook.cells[1].outputs[1].data["text/html"],
                "counts": str([c.execution_count for c in notebook.cells if c.cell_type == "code"]),
            }))
            """
        let output = try Command("/usr/bin/python3", ["-c", check, directory.path + "/n.ipynb"]).output()
        let found = try JSONDecoder().decode([String: String].self, from: output)
        #expect(found["code"] == "let x = 1\n\nprint(x)\nlet y = 2")
        #expect(found["text"] == "a \"quoted\" line\nand ünïcode → 😀")
        #expect(found["html"] == "<table>\n</table>\n")
        #expect(found["counts"] == "[1, 2]")
    }
}
