import BigEggs
import Foundation
import MessagePassing

/// One running section of the report: its options, its data, its output and its record.
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
/// Output is printed, and attached to the script's cell that shows it. When the section ends, the record is written,
/// the figures are drawn from it, and the executed notebook is written. Last comes a stamp of the inputs, which later
/// tells whether the results are up to date.
public final class Section {
    /// Which section this is.
    public let section: ReportSection
    /// Its title.
    public let title: String
    /// The options of this process. Scripts read them through the properties and methods below, which note in
    /// ``heeded`` which options were used.
    let options: SectionOptions
    /// Where results go.
    public let layout: OutputLayout
    /// The number of threads.
    public let threads: Int

    /// How this process runs.
    let run: RunOptions
    let scriptDigest: String
    let libraryDigest: String
    /// Shows the script cell by cell; nil without `--pause`.
    let reading: CellReading?
    /// The checkpoints of the section's training, which are removed after its results are written.
    var checkpoints: Checkpoints?

    let project: Project
    /// The digest of the study's records that section 8 reads, and of those that section 9 reads. A digest is
    /// nil if this section does not read those records.
    var studyDigest, fastStudyDigest: String?

    /// Whether the pipeline started this process.
    let isStep: Bool
    /// The lock on the output directories; nil in a process that writes nothing.
    let lock: OutputLock?
    let started = ContinuousClock.now
    let startDate = Date()
    var notebook: Notebook
    private(set) var data: LoadedDataset?
    var settings: [String: Record] = [:]
    var results: [String: Record] = [:]
    /// The trace of the section's training.
    var trace: RecordedTrace?
    /// The figures to draw when the section ends, and the lines of the script that show them.
    var figures: [(name: String, line: Int)] = []
    /// The records of earlier sections that were read.
    var earlier: [ReportSection: EarlierRecord] = [:]
    var headline: String?
    /// Which of `--epochs` and `--precision` the script has used so far.
    private(set) var heeded: Set<String> = []

    /// The seed of every random number.
    public var seed: UInt64 { options.seed }
    /// The precision of activations.
    public var precision: Precision {
        heeded.insert("--precision")
        return options.precision.precision
    }
    /// How much data is used and how long the training is.
    public var profile: Profile { options.profile }

    /// Starts a section: parses its options, and checks directories and Python before any work.
    ///
    /// - Parameter fileID: starts with the module that the section's script is compiled as.
    /// - Throws: ``ReportingError`` if there is no checkout, `FileError` if the output directories are not writable,
    ///   `PythonError` if Python or one of its modules is missing.
    public init(fileID: String = #fileID, line: Int = #line) throws {
        TopLevelError.install()
        // Under a launcher the first process runs the section; the others only take part in its training.
        let isFollower = Launcher.isFollower
        if isFollower { Follower.silence() }
        FileSizeLimit.isAnError()
        isStep = ChildProcess.endWithParent()
        let module = fileID.split(separator: "/").first.map(String.init) ?? ""
        guard let section = ReportSection(module: module) else {
            throw ReportingError.noSuchSection(name: module)
        }
        self.section = section
        // Help must also work without a checkout.
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
        // Hashed now, not at the end: editing a script while it trains must make the section stale.
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

    /// Loads the part of the data set that the profile uses, and prints which data set it is.
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

    /// Whether the data set is CIFAR-10 and not a stand-in.
    public var isCIFAR10: Bool { data?.provenance.isCIFAR10 ?? false }

    /// The data set's name, or "no data set" before it is loaded.
    public var dataName: String { data?.provenance.name ?? "no data set" }

    /// The settings of a training, with the epochs of `--epochs` if given.
    ///
    /// With few own pictures, batches are smaller and patience is longer.
    public func trainingSettings(_ standard: ReportSettings) -> ReportSettings {
        var settings = data.map { standard.fitting($0.provenance, images: $0.train.count) } ?? standard
        settings.epochs = epochs(unlessGiven: settings.epochs)
        return settings
    }

    /// The number of epochs: that of `--epochs` if given, otherwise `standard`.
    public func epochs(unlessGiven standard: Int) -> Int {
        heeded.insert("--epochs")
        return options.epochs ?? standard
    }

    /// The command line that runs a section.
    func command(for section: ReportSection, _ arguments: [String]) -> String {
        (["swift run -c release", section.name] + arguments).joined(separator: " ")
    }
}
