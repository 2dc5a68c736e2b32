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
/// Last comes a note of what all that was made from, which tells later whether it is still up to date.
public final class Section {
    /// Which section this is.
    public let section: ReportSection
    /// The options that this process was started with.
    public let options: SectionOptions
    /// Where results go.
    public let layout: OutputLayout
    /// The threads to compute with.
    public let threads: Int

    /// How this process goes about its work.
    let run: RunOptions
    let scriptDigest: String
    let libraryDigest: String
    /// What the terminal shows of the script as it runs, if somebody reads along.
    let reading: CellReading?
    /// The checkpoints of the training that this section ran; gone when its result is safe.
    var checkpoints: Checkpoints?

    let project: Project
    /// The digest of the study's records, if the section reads them.
    var studyDigest: String?

    private let isStep: Bool
    private let lock: OutputLock
    private let started = ContinuousClock.now
    private let startDate = Date()
    private var notebook: Notebook
    private(set) var data: LoadedDataset?
    private var settings: [String: Record] = [:]
    private var results: [String: Record] = [:]
    private var figures: [(name: String, line: Int)] = []
    private var earlier: [ReportSection: EarlierRecord] = [:]
    private var headline: String?

    /// The seed of every random number.
    public var seed: UInt64 { options.seed }
    /// The precision of activations.
    public var precision: Precision { options.precision.precision }
    /// How much data is used and how long training goes on.
    public var profile: Profile { options.profile }

    /// Starts a section: reads the options, and checks what it needs before any work is done.
    ///
    /// - Throws: ``ReportingError`` if there is no checkout, `FileError` if there is no place to write,
    ///   `PythonError` if Python or one of its modules is missing.
    public init(_ section: ReportSection, line: Int = #line) throws {
        TopLevelError.install()
        FileSizeLimit.isAnError()
        isStep = ChildProcess.endWithParent()
        self.section = section
        (options, run) = SectionCommand.parsed(for: section)
        project = try Project.locate()
        layout = OutputLayout(project: project, profile: options.profile, out: options.out)
        threads = options.threads ?? Machine.standardThreads
        let source = try String(contentsOfFile: project.script(section), encoding: .utf8)
        guard !source.contains("\r") else {
            throw ReportingError.loneCarriageReturn(script: Project.shown(project.script(section)))
        }
        let script = LiterateScript(source)
        notebook = Notebook(script)
        reading = run.pause ? CellReading(script) : nil
        // Now, and not at the end: whoever edits a script while it trains makes it stale.
        scriptDigest = try project.scriptDigest(section)
        libraryDigest = try project.libraryDigest()

        try layout.create()
        lock = try layout.lock(sharingWithParent: isStep)

        Terminal.write("\n\(section.name): \(section.title) (\(options.profile.rawValue) profile)\n\n")
        reading?.reach(line: line)
        try Figures.prepare(project: project)
        try setting("profile", options.profile, line: line)
        try setting("seed", options.seed, line: line)
        try setting("threads", threads, line: line)
        try setting("precision", precision.rawValue, line: line)
    }

    /// Loads the data set, as much of it as the profile uses, and says which it is.
    ///
    /// Pixels are as loaded, 0 to 255; labels are a column, `[count, 1]`.
    public func loadData(line: Int = #line) throws -> (train: ImageDataset, test: ImageDataset) {
        reading?.reach(line: line)
        let loaded = options.profile.limit(try options.source().load())
        let provenance = loaded.provenance
        if provenance.isStandIn, options.data == "auto", options.profile == .full, options.out == nil {
            throw ReportingError.unaskedStandIn(name: provenance.name, notice: loaded.notice)
        }
        data = loaded
        show(Section.announcement(of: loaded, inFull: section == .data), line: line)
        return (loaded.train, loaded.test)
    }

    /// Whether the data set is CIFAR-10, whose classes the report speaks of, and not a stand-in.
    public var isCIFAR10: Bool { data?.provenance.isCIFAR10 ?? false }

    /// The data set's name: CIFAR-10, or that of a stand-in.
    public var dataName: String { data?.provenance.name ?? "no data set" }

    /// The settings of a training, with the number of epochs that this process was asked for; for own pictures,
    /// which may be few, with smaller steps and more patience.
    public func trainingSettings(_ standard: ReportSettings) -> ReportSettings {
        var settings = data.map { standard.fitting($0.provenance, images: $0.train.count) } ?? standard
        if let epochs = options.epochs { settings.epochs = epochs }
        return settings
    }

    // MARK: Showing

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

    /// Shows a figure. It is drawn when the section ends, from the record as it is then.
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

    /// A bar that shows a training on the terminal as it goes, and in the notebook as it was at the end of
    /// each epoch.
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

    // MARK: Recording

    /// Records a result under a name.
    public func record(_ name: String, _ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        results[name] = try Record(encoding: value)
    }

    /// Records every property of `value` under its own name.
    public func record(_ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        guard case .object(let entries) = try Record(encoding: value) else { return }
        results.merge(entries) { _, new in new }
    }

    /// Records how the section worked, such as its batch size.
    public func setting(_ name: String, _ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        settings[name] = try Record(encoding: value)
    }

    /// Records every property of `value` as a setting.
    public func setting(_ value: some Encodable, line: Int = #line) throws {
        reading?.reach(line: line)
        guard case .object(let entries) = try Record(encoding: value) else { return }
        settings.merge(entries) { _, new in new }
    }

    /// The record of a section before this one. What is read of it makes this section depend on it.
    ///
    /// - Throws: ``ReportingError/notRun(section:missing:command:)`` if that section has not run here, and
    ///   ``ReportingError/otherData(section:recorded:used:command:)`` if it ran on another data set.
    public func read(_ other: ReportSection, line: Int = #line) throws -> EarlierRecord {
        reading?.reach(line: line)
        if let known = earlier[other] { return known }
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
        let opened = EarlierRecord(record)
        earlier[other] = opened
        return opened
    }

    /// The path of the weights that a section before this one saved.
    ///
    /// - Throws: ``ReportingError/notRun(section:missing:command:)`` if they are not there, and
    ///   ``ReportingError/otherWeights(section:path:command:)`` if they are not those of its record.
    public func weights(_ file: String, from other: ReportSection, line: Int = #line) throws -> String {
        let path = weights(file)
        try requireFile(path, from: other)
        guard try read(other, line: line)[path: "results.weights.sha256"]?.string == Checksum.sha256(of: path)
        else {
            throw ReportingError.otherWeights(
                section: other.name, path: Project.shown(path),
                command: command(for: other, options.arguments))
        }
        return path
    }

    /// The path of a weights file of this run.
    public func weights(_ file: String) -> String { "\(layout.weights)/\(file)" }

    // MARK: Ending

    /// Writes the record, draws the figures, writes the executed notebook, and says where they are. The
    /// note of what they were made from is written when all of them are there.
    ///
    /// - Throws: ``ReportingError/figuresFailed(_:)`` after everything else is written, and whatever keeps
    ///   a file from being written.
    public func end(line: Int = #line) throws {
        reading?.reach(line: line)
        try recorded().write(to: layout.record(section))
        let outcome =
            figures.isEmpty
            ? Figures.Outcome()
            : try Figures.draw(figures.map(\.name), project: project, layout: layout, data: data)
        // The first section's figures name every class already.
        if section == .data, let advice = outcome.advice { Terminal.warn(advice + "\n") }
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
        lock.release()
    }

    private func stamp() throws -> Stamp {
        let reads = try earlier.map { ($0.key.name, try $0.value.digests()) }
        return Stamp(
            script: scriptDigest, library: libraryDigest, data: data?.provenance.checksum,
            study: studyDigest, options: options.inputs(of: section),
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
        // An output of its own, under a link: where a viewer prefers SVG, many show it badly or not at all.
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

    /// The width of a figure in a notebook, in CSS pixels: 6.8 inches, a little enlarged.
    private static let width = 816

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
