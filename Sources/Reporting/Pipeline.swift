import BigEggs
import Foundation

/// Runs the sections in order, each in its own process, then builds the report.
public struct Pipeline {
    /// The checkout with the scripts.
    public let project: Project
    /// The options that every section is started with.
    public let options: SectionOptions
    /// How the sections run; nil for a pipeline that runs none.
    let run: RunOptions?
    /// The launcher of the sections that train, such as "mpirun -np 4"; empty for none.
    let launcher: [String]

    /// A pipeline whose sections are started with `options` and `run`.
    ///
    /// - Parameter launcher: the launcher of the sections that train, such as "mpirun -np 4".
    public init(
        project: Project, options: SectionOptions, run: RunOptions? = nil, launcher: String? = nil
    ) {
        self.project = project
        self.options = options
        self.run = run
        self.launcher = launcher?.split(separator: " ").map(String.init) ?? []
    }

    /// Where the sections write.
    public var layout: OutputLayout {
        OutputLayout(project: project, profile: options.profile, out: options.out)
    }

    /// The status of every section. Downloads nothing: a data set that is not available is not compared.
    ///
    /// - Throws: `DataError` for a data set that was named and cannot be read.
    public func status() throws -> [SectionStatus] {
        try status(data: options.source().checksum())
    }

    /// The unfinished training with the newest checkpoint; nil if there is none.
    public var trainingUnderWay: TrainingUnderWay? { TrainingUnderWay(in: layout) }

    /// Which sections `bigeggs report` runs.
    public enum Runs: Sendable {
        /// Those that are not up to date.
        case stale
        /// All.
        case all
        /// None: the report is built from the existing records.
        case none
    }

    /// Runs sections and builds the report.
    ///
    /// - Parameters:
    ///   - runs: which sections to run.
    ///   - pdf: whether to write the report as a PDF as well.
    /// - Throws: ``ReportingError``, or `PythonError` from building the report.
    public func report(_ runs: Runs = .stale, pdf: Bool = false) throws -> Report.Files {
        // A missing Python module must be found now, not after the training.
        try Figures.prepare(project: project)
        if pdf { try Report.checkPDF(project: project) }
        try layout.create()
        let lock = try layout.lock()
        defer { lock.release() }
        if runs != .none {
            try run(ReportSection.allCases, always: runs == .all ? ReportSection.allCases : [], lock)
        }
        let files = try Report.build(project: project, layout: layout)
        let paper = try pdf ? Report.buildPDF(project: project, layout: layout) : nil
        Terminal.write(
            "\nThe report is \(Project.shown(files.markdown)), and for a browser \(Project.shown(files.html))"
                + "\(paper.map { "; as a PDF it is \(Project.shown($0))" } ?? "").\n")
        return files
    }

    /// Runs some sections, one after the other. They inherit this process's output.
    ///
    /// A section that is up to date is skipped. This is decided after the earlier sections have run, because a section
    /// need not run if the sections that it reads gave the same results again.
    ///
    /// - Parameters:
    ///   - sections: the sections to run.
    ///   - always: the sections that run even if they are up to date.
    /// - Throws: ``ReportingError``; the sections after one that fails are not run.
    public func run(_ sections: [ReportSection], always: [ReportSection]) throws {
        try layout.create()
        let lock = try layout.lock()
        defer { lock.release() }
        try run(sections, always: always, lock)
    }

    private func run(_ sections: [ReportSection], always: [ReportSection], _ lock: OutputLock) throws {
        let data = try loadedDataChecksum()
        var executables: String?
        for section in sections {
            let statuses = try status(data: data)
            guard let status = statuses.first(where: { $0.section == section.name }) else { continue }
            if status.state == .fresh, !always.contains(section) {
                Terminal.write(
                    "\(section.name) is up to date" + (status.headline.map { ": \($0)" } ?? ".") + "\n")
                continue
            }
            if status.state == .stale {
                Terminal.write("\(section.name) runs again: \(status.reasons.joined(separator: "; "))\n")
            }
            let later = sections.drop { $0 != section }
            let directory = try executables ?? build(Array(later))
            executables = directory
            try start(section, in: directory, lock)
        }
    }

    private func status(data: String?) throws -> [SectionStatus] {
        try Freshness(project: project, layout: layout, options: options, data: data).all()
    }

    /// The checksum of the data set that the sections will load. Downloads the data set if necessary.
    func loadedDataChecksum() throws -> String {
        let source = try options.source()
        if let checksum = try source.checksum() { return checksum }
        // Download once for all sections. If the download fails, `BIGEGGS_OFFLINE` tells the sections why, and none
        // tries again.
        if let reason = try source.fetch() { setenv("BIGEGGS_OFFLINE", reason, 1) }
        return try source.load().provenance.checksum
    }

    private func start(_ section: ReportSection, in directory: String, _ lock: OutputLock) throws {
        let executable = directory + "/" + section.name
        guard FileManager.default.isExecutableFile(atPath: executable) else {
            throw ReportingError.noExecutable(section: section.name, path: executable)
        }
        let arguments = options.arguments + (run?.arguments ?? [])
        var command = [executable] + arguments
        if let program = launcher.first, try project.trains(section) {
            guard let found = program.contains("/") ? program : ChildProcess.find(program) else {
                throw ReportingError.cannotStart(program: program, reason: "it is not in PATH")
            }
            command = [found] + launcher.dropFirst() + command
        }
        let status = try ChildProcess.run(command[0], Array(command.dropFirst()), keeping: [lock.descriptor])
        switch status {
        case 0: return
        case _ where TerminationSignals.ended(status):
            throw ReportingError.sectionInterrupted(section: section.name, status: status)
        default: throw ReportingError.sectionFailed(section: section.name, status: status)
        }
    }

    /// Compiles what has changed, if there is a compiler, and returns the directory of the executables.
    ///
    /// The release build goes into the build directory that this executable is in, or else into `.build`.
    private func build(_ sections: [ReportSection]) throws -> String {
        let here = URL(fileURLWithPath: Project.executableDirectory)
        let isBuild = ["release", "debug"].contains(here.lastPathComponent)
        let platform = here.deletingLastPathComponent()
        guard !project.isInstalled, let swift = ChildProcess.find("swift") else { return here.path }

        let scratch = isBuild ? platform.deletingLastPathComponent().path : project.path(".build")
        var arguments = ["build", "-c", "release", "--package-path", project.root, "--scratch-path", scratch]
        if sections.count == 1 { arguments += ["--product", sections[0].name] }
        let status = try ChildProcess.run(swift, arguments)
        guard status == 0 else { throw ReportingError.buildFailed(status: status) }
        return isBuild ? platform.appendingPathComponent("release").path : scratch + "/release"
    }
}
