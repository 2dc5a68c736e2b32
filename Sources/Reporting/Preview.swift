import BigEggs
import EmbeddedPython
import Foundation

/// The server of `bigeggs preview`: a Python process that starts other commands as needed.
///
/// The interpreter embedded in this process cannot serve, because the server must reimport the drawing modules after
/// every change, and handle signals.
public struct Preview {
    private let project: Project
    private let options: SectionOptions
    private let port: Int
    private let opens: Bool

    /// - Parameters:
    ///   - options: the options of the sections whose report is shown.
    ///   - port: the port to listen on; 0 for any free port.
    ///   - opens: whether the page is opened in the browser.
    public init(project: Project, options: SectionOptions, port: Int, opens: Bool) {
        self.project = project
        self.options = options
        self.port = port
        self.opens = opens
    }

    /// Serves until the process is ended.
    ///
    /// - Returns: the exit status.
    /// - Throws: ``ReportingError/cannotStart(program:reason:)``, and errors of encoding the settings.
    public func serve() throws -> Int32 {
        let layout = Pipeline(project: project, options: options).layout
        let settings: Record = [
            "bigeggs": .string(Project.executableDirectory + "/bigeggs"), "root": .string(project.root),
            "scripts": .string(project.path("notebooks")), "python": .string(project.path("python")),
            "records": .string(layout.records), "weights": .string(layout.weights),
            "plots": .string(layout.plots), "notebooks": .string(layout.notebooks),
            "report": .string(layout.report), "profile": .string(options.profile.rawValue),
            "arguments": .array(options.arguments.map(Record.string)), "port": .number(Double(port)),
            "open": .bool(opens),
        ]
        let program = """
            import sys
            sys.path.insert(0, sys.argv[1])
            from bigeggs_report.preview import main
            main(sys.argv[2])
            """
        return try ChildProcess.run(
            "/usr/bin/python3",
            [
                "-I", "-B", "-X", "utf8", "-c", program, project.path("python"), try settings.compactText(),
            ])
    }
}
