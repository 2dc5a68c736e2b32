import BigEggs
import Foundation

/// One section of the report while its script runs: its options, its data, what it shows and records.
///
/// ```swift
/// let section = try Section(.data)
/// let (train, test) = try section.loadData()
/// section.show("There are \(train.count.grouped) training images.")
/// try section.record("trainImages", train.count)
/// section.figure("class-counts")
/// try section.end()
/// ```
///
/// What is shown is printed, and attached to the cell of the script that shows it. The record is
/// written, the figures are drawn from it, and the executed notebook is written when the section ends.
public final class Section {
    /// Which section this is.
    public let section: ReportSection
    /// The options that this process was started with.
    public let options: SectionOptions
    /// Where results go.
    public let layout: OutputLayout
    /// The threads to compute with.
    public let threads: Int

    private let project: Project
    private let started = ContinuousClock.now
    private let startDate = Date()
    private var notebook: Notebook
    private(set) var data: LoadedDataset?
    private var settings: [String: Record] = [:]
    private var results: [String: Record] = [:]
    private var figures: [(name: String, line: Int)] = []

    /// The seed of every random number.
    public var seed: UInt64 { options.seed }
    /// The precision of activations.
    public var precision: Precision { options.precision.precision }
    /// How much data is used and how long training goes on.
    public var profile: Profile { options.profile }

    /// Starts a section: reads the options, and checks what it needs before any work is done.
    ///
    /// - Throws: ``ReportingError`` if there is no checkout or no place to write, `PythonError` if Python
    ///   or one of its modules is missing.
    public init(_ section: ReportSection) throws {
        TopLevelError.install()
        self.section = section
        options = SectionCommand.options(of: section)
        project = try Project.locate()
        layout = OutputLayout(project: project, profile: options.profile, out: options.out)
        threads = options.threads ?? Machine.processors
        let source = project.path("notebooks/\(section.name)/main.swift")
        notebook = Notebook(LiterateScript(try String(contentsOfFile: source, encoding: .utf8)))

        Terminal.write("\n\(section.name): \(section.title) (\(options.profile.rawValue) profile)\n\n")
        try layout.create()
        try Figures.prepare(project: project)
        try setting("profile", options.profile)
        try setting("seed", options.seed)
        try setting("threads", threads)
        try setting("precision", precision.rawValue)
    }

    /// Loads the data set, as much of it as the profile uses, and says which it is.
    ///
    /// Pixels are as loaded, 0 to 255; labels are a column, `[count, 1]`.
    public func loadData(line: Int = #line) throws -> (train: ImageDataset, test: ImageDataset) {
        let download = DownloadLine()
        defer { download.end() }
        let loaded = options.profile.limit(try DataSource(options.data).load(progress: download.show))
        data = loaded
        show(Section.announcement(of: loaded, inFull: section == .data), line: line)
        return (loaded.train, loaded.test)
    }

    /// Whether the data set is CIFAR-10, whose classes the report speaks of, and not a stand-in.
    public var isCIFAR10: Bool { data?.provenance.isCIFAR10 ?? false }

    /// The settings of a training, with the number of epochs that this process was asked for.
    public func trainingSettings(_ standard: ReportSettings) -> ReportSettings {
        var settings = standard
        if let epochs = options.epochs { settings.epochs = epochs }
        return settings
    }

    // MARK: Showing

    /// Shows lines of text.
    public func show(_ text: String, line: Int = #line) {
        let text = text.hasSuffix("\n") ? text : text + "\n"
        Terminal.write(text)
        notebook.add(.text(text), atLine: line)
    }

    /// Shows a table.
    public func show(_ table: Table, line: Int = #line) {
        Terminal.write("\n" + table.text + "\n")
        notebook.add(.display(["text/plain": table.text, "text/html": table.html]), atLine: line)
    }

    /// Shows prose that depends on the results.
    public func show(markdown: String, line: Int = #line) {
        Terminal.write(markdown + "\n")
        notebook.add(.display(["text/markdown": markdown, "text/plain": markdown]), atLine: line)
    }

    /// Shows a figure. It is drawn when the section ends, from the record as it is then.
    public func figure(_ name: String, line: Int = #line) { figures.append((name, line)) }

    // MARK: Recording

    /// Records a result under a name.
    public func record(_ name: String, _ value: some Encodable) throws {
        results[name] = try Record(encoding: value)
    }

    /// Records every property of `value` under its own name.
    public func record(_ value: some Encodable) throws {
        guard case .object(let entries) = try Record(encoding: value) else { return }
        results.merge(entries) { _, new in new }
    }

    /// Records how the section worked, such as its batch size.
    public func setting(_ name: String, _ value: some Encodable) throws {
        settings[name] = try Record(encoding: value)
    }

    /// Records every property of `value` as a setting.
    public func setting(_ value: some Encodable) throws {
        guard case .object(let entries) = try Record(encoding: value) else { return }
        settings.merge(entries) { _, new in new }
    }

    /// The record of a section before this one.
    ///
    /// - Throws: ``ReportingError/notRun(section:missing:command:)`` if that section has not run here, and
    ///   ``ReportingError/otherData(section:recorded:used:command:)`` if it ran on another data set.
    public func read(_ other: ReportSection) throws -> Record {
        let path = layout.record(other)
        try requireFile(path, from: other)
        let record = try Record.read(path)
        if let data, let checksum = record[path: "data.checksum"]?.string,
            checksum != data.provenance.checksum
        {
            let name = record[path: "data.name"]?.string ?? "other data"
            throw ReportingError.otherData(
                section: other.name, recorded: "\(name) (\(checksum))",
                used: "\(data.provenance.name) (\(data.provenance.checksum))",
                command: command(for: other, options.arguments))
        }
        return record
    }

    /// The path of the weights that a section before this one saved.
    ///
    /// - Throws: ``ReportingError/notRun(section:missing:command:)`` if they are not there, and
    ///   ``ReportingError/otherWeights(section:path:command:)`` if they are not those of its record.
    public func weights(_ file: String, from other: ReportSection) throws -> String {
        let path = weights(file)
        try requireFile(path, from: other)
        guard try read(other)[path: "results.weights.sha256"]?.string == Checksum.sha256(of: path) else {
            throw ReportingError.otherWeights(
                section: other.name, path: Project.shown(path),
                command: command(for: other, options.arguments))
        }
        return path
    }

    /// The path of a weights file of this run.
    public func weights(_ file: String) -> String { "\(layout.weights)/\(file)" }

    // MARK: Ending

    /// Writes the record, draws the figures, writes the executed notebook, and says where they are.
    ///
    /// - Throws: ``ReportingError/figuresFailed(_:)`` after everything else is written, and whatever keeps
    ///   a file from being written.
    public func end() throws {
        try recorded().write(to: layout.record(section))
        let outcome =
            figures.isEmpty
            ? Figures.Outcome()
            : try Figures.draw(figures.map(\.name), project: project, layout: layout, data: data)
        for (name, line) in figures { try attach(figure: name, line: line) }
        try write(notebook)

        let files = [layout.record(section), layout.notebook(section)]
        Terminal.write("\nRecorded in \(files.map(Project.shown).joined(separator: " and ")). ")
        if let next = section.next {
            Terminal.write("Next: \(command(for: next, options.arguments))\n")
        } else {
            Terminal.write("This was the last section.\n")
        }
        let failed = outcome.failed.merging(outcome.missing) { failure, _ in failure }
        guard failed.isEmpty else { throw ReportingError.figuresFailed(failed) }
    }

    private func write(_ notebook: Notebook) throws {
        let path = layout.notebook(section)
        do {
            try notebook.write(to: path)
        } catch {
            throw ReportingError.cannotWrite(path: path, reason: error.localizedDescription)
        }
    }

    private func attach(figure name: String, line: Int) throws {
        let path = "\(layout.plots)/\(name).png"
        guard let png = FileManager.default.contents(atPath: path) else { return }
        Terminal.write("Figure \(name): \(Project.shown(path))\n")
        let forms = ["image/png": png.base64EncodedString(), "text/plain": "Figure \(name)"]
        notebook.add(.display(forms), atLine: line)
    }

    private func recorded() throws -> Record {
        .object([
            "section": .string(section.name),
            "title": .string(section.title),
            "data": try data.map { try Section.record(of: $0) } ?? .null,
            "settings": .object(settings),
            "environment": try Record(encoding: RunEnvironment.current),
            "run": .object([
                "date": .string(startDate.formatted(.iso8601)),
                "seconds": .number((started.duration(to: .now) / .milliseconds(1)).rounded() / 1000),
                "command": .string(command(for: section, options.recorded)),
            ]),
            "results": .object(results),
        ])
    }

    private func requireFile(_ path: String, from other: ReportSection) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        throw ReportingError.notRun(
            section: other.name, missing: Project.shown(path), command: command(for: other, options.arguments)
        )
    }

    private func command(for section: ReportSection, _ arguments: [String]) -> String {
        (["swift run -c release", section.name] + arguments).joined(separator: " ")
    }
}
