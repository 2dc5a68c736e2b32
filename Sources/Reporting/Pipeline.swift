import BigEggs
import Foundation

/// The whole report: every section in its order, each in a process of its own, then the write-up.
public struct Pipeline {
    /// The checkout with the scripts.
    public let project: Project
    /// What every section is started with.
    public let options: SectionOptions

    /// A pipeline whose sections are started with `options`.
    public init(project: Project, options: SectionOptions) {
        self.project = project
        self.options = options
    }

    /// Where the sections write.
    public var layout: OutputLayout {
        OutputLayout(project: project, profile: options.profile, out: options.out)
    }

    /// Runs all sections and builds the report.
    ///
    /// - Throws: ``ReportingError``, or `PythonError` from building the report.
    public func report() throws -> Report.Files {
        // A missing Python module is known at once, not after the training.
        try Figures.prepare(project: project)
        try fetchData()
        try run(ReportSection.allCases)
        let files = try Report.build(project: project, layout: layout)
        Terminal.write(
            "\nThe report is \(Project.shown(files.markdown)), and for a browser \(Project.shown(files.html)).\n"
        )
        return files
    }

    /// Builds and runs sections, one after the other; their output goes where this process's goes.
    ///
    /// - Throws: ``ReportingError``; the sections after one that fails are not run.
    public func run(_ sections: [ReportSection]) throws {
        let directory = try build(sections)
        for section in sections {
            let executable = directory + "/" + section.name
            guard FileManager.default.isExecutableFile(atPath: executable) else {
                throw ReportingError.noExecutable(section: section.name, path: executable)
            }
            let status = try ChildProcess.run(executable, options.arguments)
            guard status == 0 else {
                throw ReportingError.sectionFailed(section: section.name, status: status)
            }
        }
    }

    /// Downloads the data set once for all sections, or finds out once for all that it is out of reach.
    private func fetchData() throws {
        let download = DownloadLine()
        defer { download.end() }
        if let reason = try DataSource(options.data).fetch(progress: download.show) {
            setenv("BIGEGGS_OFFLINE", reason, 1)
        }
    }

    /// Compiles what changed, where there is a compiler, and returns the directory of the executables.
    ///
    /// `swift build` puts the release build beside the build that this executable belongs to.
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
