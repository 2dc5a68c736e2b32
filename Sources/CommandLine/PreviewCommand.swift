import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs preview`: the report's page, which follows what is edited and trained.
struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Serve the report's page to this machine, and keep it up to date while you work.",
        discussion: """
            A saved script marks what became out of date, and r, in the terminal or in the page, runs it. A saved \
            figure or chapter changes in the page at once, which keeps its place. A training that is under way shows \
            its curve growing.

            EXAMPLES
              bigeggs preview                    of runs/quick
              bigeggs preview --profile full     of the committed report
              bigeggs preview --port 8000 --open

            Only this machine is answered, at 127.0.0.1, and only the report's pages are served. q or Ctrl-C ends it, \
            and what it runs, which saves itself. It needs Debian's package python3-tornado.
            """)

    @OptionGroup var options: SectionOptions
    @Option(help: ArgumentHelp("The port (default: one that is free).", valueName: "n")) var port = 0
    @Flag(help: "Open the page in the browser.") var open = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port is \(port): give a number from 0, for a free one, to 65535")
        }
    }

    func run() throws {
        let status = try Preview(project: try Project.locate(), options: options, port: port, opens: open)
            .serve()
        if status != 0 { throw ExitCode(status) }
    }
}
