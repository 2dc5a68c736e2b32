import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs figures`: draws the report's figures again, from the records.
struct FiguresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures",
        abstract: "Draw figures and write tables and numbers again, without training.",
        discussion: """
            Figures are drawn from the records of a run, by default the committed report's. Some figures show images: \
            without the recorded data set they stay unchanged, and the last line names them; nothing is downloaded \
            for them. If no figure is named, the report's tables and numbers are written, too, beside report.md: \
            tables as LaTeX, CSV and Markdown, numbers.json, and numbers.tex with LaTeX macros.

            EXAMPLES
              bigeggs figures                              all of the report's
              bigeggs figures plain-training calibration   two of them
              bigeggs figures --profile quick              all of runs/quick
              bigeggs figures --data ~/cifar-10-binary.tar.gz
              bigeggs figures --for paper                  PDF and SVG, in plots/paper
              bigeggs figures --for paper --width 6.75in --font sans calibration
              bigeggs figures --for slides --format png    light and dark, in plots/slides

            Figures for paper have no title and no footer, 8-point type, lines that can be told apart in grey, and \
            embedded fonts. The words left out are in a text file beside each. Tables and numbers are written only \
            for the page.

            A figure's name is that of its files: class-counts, sample-grid, pixel-histograms, …
            """)

    @Argument(help: "The figures to draw; all if none is named.") var names: [String] = []
    @OptionGroup var dataOptions: DataOptions
    @Option(name: .customLong("for"), help: "What the figures are for.")
    var purpose: FigureLook.Purpose = .page
    @Option(
        help: ArgumentHelp(
            "The width, in in, cm, mm or pt (default: 3.25in for paper, 10in for slides).",
            valueName: "width"))
    var width: FigureLook.Width?
    @Option(help: "The font (default: serif for paper, otherwise sans).") var font: FigureLook.Font?
    @Option(
        help: ArgumentHelp(
            "pdf, svg, png, csv, separated by commas (default: pdf,svg for paper, otherwise svg,png).",
            valueName: "formats"))
    var format: String?
    @Option(help: "The records to use: the committed report's (full) or those of runs/quick (quick).")
    var profile: Profile = .full
    @Option(help: ArgumentHelp("The directory of a run, instead of the profile's.", valueName: "dir"))
    var out: String?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if let out, out.isEmpty { throw ValidationError("--out is empty; give a directory") }
    }

    func run() throws {
        let project = try Project.locate()
        try Figures.prepare(names, look: look, project: project)
        let layout = OutputLayout(project: project, profile: profile, out: out)
        // Without records there is nothing to draw, and nothing to lock.
        let lock = FileManager.default.fileExists(atPath: layout.records) ? try layout.lock() : nil
        defer { lock?.release() }
        let outcome = try draw(project, layout)
        if let advice = outcome.advice { StandardError.write(advice + "\n") }
        let nothing = outcome.drawn.isEmpty && outcome.left.isEmpty && outcome.failed.isEmpty
        if nothing && names.isEmpty { throw NothingRecorded(directory: layout.records) }
        var written: [String] = []
        var failed = outcome.failed.merging(names.isEmpty ? [:] : outcome.missing) { failure, _ in failure }
        if names.isEmpty, purpose == .page {
            // Tables come after the figures, so that an error in writing tables does not prevent the figures.
            do {
                written = try Report.rebuildTables(project: project, layout: layout)
            } catch {
                failed["tables and numbers"] = Program.sentence(about: error)
            }
        }
        if json {
            try printJSON(DrawnFigures(outcome, written: written))
        } else {
            DrawnFigures(outcome, written: written).show(in: outcome.directory)
        }
        if !failed.isEmpty { throw ReportingError.figuresFailed(failed) }
    }

    private var look: FigureLook {
        FigureLook(
            purpose, width: width, font: font,
            formats: format.map { $0.split(separator: ",").map(String.init) } ?? [])
    }

    private func draw(_ project: Project, _ layout: OutputLayout) throws -> Figures.Outcome {
        let data = try Figures.showImages(names, project: project) ? images() : nil
        let line = DrawingLine()
        defer { line.end() }
        return try Figures.draw(
            names, look: look, project: project, layout: layout, data: data, progress: line.show)
    }

    /// The data set, which is downloaded only if the user named it.
    ///
    /// If the data set is neither named nor on this machine, the result is Fashion-MNIST, because the records
    /// may be of this stand-in; nil if Fashion-MNIST is not available either.
    private func images() throws -> LoadedDataset? {
        guard try dataOptions.named != .automatic || dataOptions.source().isAtHand else {
            return try? DataSource.fashionMNIST.load()
        }
        do {
            return try dataOptions.load()
        } catch  where dataOptions.named == .automatic {
            StandardError.write("Without the data set: \(Program.sentence(about: error))\n")
            return nil
        }
    }
}

/// The result for each figure, and where tables and numbers are.
struct DrawnFigures: Encodable {
    let drawn, left, written: [String]
    let missing, failed: [String: String]

    init(_ outcome: Figures.Outcome, written: [String]) {
        self.written = written
        drawn = outcome.drawn
        left = outcome.left
        missing = outcome.missing
        failed = outcome.failed
    }

    /// Prints what was drawn, and where; the last line names the figures that were not drawn again.
    func show(in directory: String) {
        for (name, reason) in missing.sorted(by: { $0.key < $1.key }) { print("\(name): \(reason)") }
        if !drawn.isEmpty { print("Drawn in \(Project.shown(directory)): \(drawn.joined(separator: ", "))") }
        if !written.isEmpty {
            print("Tables and numbers are in \(written.map(Project.shown).joined(separator: ", "))")
        }
        if !left.isEmpty {
            print(
                "Left unchanged, because the data set that they show is missing (name it with --data): "
                    + left.joined(separator: ", "))
        }
    }
}

/// There are no records.
struct NothingRecorded: Error, CustomStringConvertible {
    let directory: String

    var description: String {
        "there are no records in \(directory): `bigeggs report` makes them"
    }
}
