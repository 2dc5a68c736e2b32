import BigEggs
import Foundation
import MessagePassing

/// One section of the report while its script runs: its options, its data, what it shows and records.
///
/// ```swift
/// let section = try Section()
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
    /// Its title.
    public let title: String
    /// The options that this process was started with. A script asks for each by itself, which is noted.
    let options: SectionOptions
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
    /// The digests of the records of section 8's runs and of section 9's, if the section reads them.
    var studyDigest, fastStudyDigest: String?

    /// Whether the pipeline started this process.
    let isStep: Bool
    /// Nil in a process that writes nothing.
    let lock: OutputLock?
    let started = ContinuousClock.now
    let startDate = Date()
    var notebook: Notebook
    private(set) var data: LoadedDataset?
    var settings: [String: Record] = [:]
    var results: [String: Record] = [:]
    /// The course of the training that the section ran.
    var trace: RecordedTrace?
    /// What is drawn when the section ends, and the line of the script that shows it.
    var figures: [(name: String, line: Int)] = []
    /// The records that were read of sections before this one.
    var earlier: [ReportSection: EarlierRecord] = [:]
    var headline: String?
    /// The options that made a difference so far, of those that do not to every section.
    private(set) var heeded: Set<String> = []

    /// The seed of every random number.
    public var seed: UInt64 { options.seed }
    /// The precision of activations.
    public var precision: Precision {
        heeded.insert("--precision")
        return options.precision.precision
    }
    /// How much data is used and how long training goes on.
    public var profile: Profile { options.profile }

    /// Starts a section: reads the options, and checks what it needs before any work is done.
    ///
    /// - Parameter fileID: its first part is the module that the section's script is compiled as.
    /// - Throws: ``ReportingError`` if there is no checkout, `FileError` if there is no place to write,
    ///   `PythonError` if Python or one of its modules is missing.
    public init(fileID: String = #fileID, line: Int = #line) throws {
        TopLevelError.install()
        // Of the processes of a launcher the first is the section; the others take part in its training alone.
        let isFollower = Launcher.isFollower
        if isFollower { Follower.silence() }
        FileSizeLimit.isAnError()
        isStep = ChildProcess.endWithParent()
        let module = fileID.split(separator: "/").first.map(String.init) ?? ""
        guard let section = ReportSection(module: module) else {
            throw ReportingError.noSuchSection(name: module)
        }
        self.section = section
        // Help is given without a checkout, too.
        let found = Result { try Project.locate() }
        let read = Result { try String(contentsOfFile: found.get().script(section), encoding: .utf8) }
        let cut = read.map(LiterateScript.init)
        (options, run) = SectionCommand.parsed(for: section, (try? cut.get())?.introduction ?? "")
        project = try found.get()
        layout = OutputLayout(project: project, profile: options.profile, out: options.out)
        threads = options.threads ?? Machine.standardThreads
        guard try !read.get().contains("\r") else {
            throw ReportingError.loneCarriageReturn(script: Project.shown(project.script(section)))
        }
        let script = try cut.get()
        title = try project.title(of: script, section)
        notebook = Notebook(script)
        reading = run.pause ? CellReading(script) : nil
        // Now, and not at the end: whoever edits a script while it trains makes it stale.
        scriptDigest = try project.scriptDigest(section)
        libraryDigest = try project.libraryDigest()

        if !isFollower { try layout.create() }
        lock = isFollower ? nil : try layout.lock(sharingWithParent: isStep)

        Terminal.write("\n\(section.name): \(title) (\(options.profile.rawValue) profile)\n\n")
        reading?.reach(line: line)
        if !isFollower { try Figures.prepare(project: project) }
        try setting("profile", options.profile, line: line)
        try setting("seed", options.seed, line: line)
        try setting("threads", threads, line: line)
        try setting("precision", options.precision.precision.rawValue, line: line)
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
        show(Section.announcement(of: loaded, inFull: section.isFirst), line: line)
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
        settings.epochs = epochs(unlessGiven: settings.epochs)
        return settings
    }

    /// The number of epochs that this process was asked for, or else the script's own.
    public func epochs(unlessGiven standard: Int) -> Int {
        heeded.insert("--epochs")
        return options.epochs ?? standard
    }

    /// What runs a section, as a person types it.
    func command(for section: ReportSection, _ arguments: [String]) -> String {
        (["swift run -c release", section.name] + arguments).joined(separator: " ")
    }
}
