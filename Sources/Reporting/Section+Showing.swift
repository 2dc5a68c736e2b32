import BigEggs
import Foundation

extension Section {
    /// Shows lines of text.
    public func show(_ text: String, line: Int = #line) {
        reading?.reach(line: line)
        let text = text.last?.isNewline == true ? text : text + "\n"
        Terminal.write(text)
        notebook.add(.text(text), atLine: line)
    }

    /// Shows a table.
    public func show(_ table: Table, line: Int = #line) {
        reading?.reach(line: line)
        Terminal.write("\n" + table.text + "\n")
        notebook.add(.display(["text/plain": table.text, "text/html": table.html]), atLine: line)
    }

    /// Shows prose that depends on the results.
    public func show(markdown: String, line: Int = #line) {
        reading?.reach(line: line)
        Terminal.write(markdown + "\n")
        notebook.add(.display(["text/markdown": markdown, "text/plain": markdown]), atLine: line)
    }

    /// Shows a figure, which is drawn from the complete record when the section ends.
    public func figure(_ name: String, line: Int = #line) {
        reading?.reach(line: line)
        figures.append((name, line))
    }

    /// Shows what the section found, in one sentence; `bigeggs status` shows it again.
    public func headline(_ sentence: String, line: Int = #line) {
        reading?.reach(line: line)
        headline = sentence
        Terminal.write("\n\(sentence)\n")
        notebook.add(.display(["text/markdown": "**\(sentence)**", "text/plain": sentence]), atLine: line)
    }

    /// A progress bar: live on the terminal, and in the notebook as it was at the end of each epoch.
    ///
    /// - Parameter label: put before every line.
    public func progressBar(_ label: String = "", line: Int = #line) -> ProgressBar {
        reading?.reach(line: line)
        return ProgressBar(label: label, isLive: isatty(STDOUT_FILENO) == 1) { [self] text in
            Terminal.write(text)
            guard text.hasSuffix("\n") else { return }
            notebook.add(.text(text.replacing("\r", with: "").replacing("\u{1B}[K", with: "")), atLine: line)
        }
    }
}
