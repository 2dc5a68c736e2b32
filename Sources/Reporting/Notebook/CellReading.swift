import Foundation

/// Shows a script cell by cell on the terminal. Each cell is shown before it runs, and runs when Enter is pressed.
///
/// When standard input has ended, the script runs on without waiting.
final class CellReading {
    private let script: LiterateScript
    private var shown = 0
    private var someoneReads = true

    init(_ script: LiterateScript) { self.script = script }

    /// Shows the cells up to the one that contains a line, each cell once, then waits.
    func reach(line: Int) {
        guard let cell = script.cell(atLine: line), cell >= shown else { return }
        for cell in script.cells[shown...cell] { Terminal.write("\n" + CellReading.text(of: cell)) }
        shown = cell + 1
        guard someoneReads else { return }
        Terminal.write("\n── cell \(shown) of \(script.cells.count); Enter runs it ── ")
        someoneReads = readLine() != nil
        if !someoneReads || isatty(STDIN_FILENO) == 0 { Terminal.write("\n") }
    }

    /// Prose as it is, code behind a bar.
    private static func text(of cell: LiterateScript.Cell) -> String {
        guard cell.kind == .code else { return cell.source + "\n" }
        return cell.source.lines.map { $0.isEmpty ? "  │\n" : "  │ \($0)\n" }.joined()
    }
}
