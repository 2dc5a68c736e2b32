import BigEggs
import Foundation

extension Section {
    /// Writes the record, the figures and the executed notebook, and prints where they are.
    ///
    /// The stamp, which notes the section's inputs, is written last, when all of these files exist.
    ///
    /// - Throws: ``ReportingError/figuresFailed(_:)`` after record and notebook are written, and errors of writing
    ///   files.
    public func end(line: Int = #line) throws {
        reading?.reach(line: line)
        if let trace { try Record(encoding: trace).write(to: layout.trace(section)) }
        try recorded().write(to: layout.record(section))
        let outcome =
            figures.isEmpty
            ? Figures.Outcome()
            : try Figures.draw(figures.map(\.name), project: project, layout: layout, data: data)
        // Advice is about characters in class names. The first section's figures show them all, so later sections
        // need not repeat it.
        if section.isFirst, let advice = outcome.advice { Terminal.warn(advice + "\n") }
        for (name, line) in figures { try attach(figure: name, line: line) }
        try notebook.write(to: layout.notebook(section))

        let files = [layout.record(section), layout.notebook(section)]
        Terminal.write("\nRecorded in \(files.map(Project.shown).joined(separator: " and ")). ")
        if isStep {
            Terminal.write("\n")
        } else if let next = section.next {
            Terminal.write("Next: \(command(for: next, options.arguments))\n")
        } else {
            Terminal.write("This was the last section.\n")
        }
        let failed = outcome.failed.merging(outcome.missing) { failure, _ in failure }
        guard failed.isEmpty else { throw ReportingError.figuresFailed(failed) }
        try stamp().write(to: layout.stamp(section))
        try endTraining()
        lock?.release()
    }

    private func stamp() throws -> Stamp {
        let reads = try earlier.map { ($0.key.name, try $0.value.digests()) }
        return Stamp(
            script: scriptDigest, library: libraryDigest, data: data?.provenance.checksum,
            study: studyDigest, fastStudy: fastStudyDigest, options: options.inputs(heeding: heeded),
            heeded: heeded.sorted(),
            reads: Dictionary(uniqueKeysWithValues: reads),
            record: try Checksum.sha256(of: layout.record(section)), headline: headline)
    }

    private func attach(figure name: String, line: Int) throws {
        let path = "\(layout.plots)/\(name).png"
        guard let png = FileManager.default.contents(atPath: path) else { return }
        Terminal.write("Figure \(name): \(Project.shown(path))\n")
        notebook.add(
            .display(
                ["image/png": png.base64EncodedString(), "text/plain": "Figure \(name)"], width: Section.width
            ),
            atLine: line)
        // The SVG is a separate output, with a link as its HTML form: many viewers that prefer SVG to PNG
        // show it badly or not at all.
        guard let file = try? String(contentsOfFile: "\(layout.plots)/\(name).svg", encoding: .utf8),
            let start = file.range(of: "<svg")
        else { return }
        let link = "<small>Without pixels: <a href=\"../plots/\(name).svg\">\(name).svg</a></small>"
        notebook.add(
            .display([
                "image/svg+xml": String(file[start.lowerBound...]), "text/html": link,
                "text/plain": "Without pixels: plots/\(name).svg",
            ]), atLine: line)
    }

    /// The width of a figure in a notebook, in CSS pixels: 8.5 inches. The figures are drawn 6.8 inches wide.
    private static let width = 816
}
