import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs preview`: serves the report's page and updates it during edits and trainings.
struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Serve the report's page on this machine, and update it while you work.",
        discussion: """
            When you save a script, the page marks the sections that are out of date; r, in the terminal or in the \
            page, runs them. When you save the code of a figure or chapter, the page shows the change at once and \
            keeps its scroll position. During a training the page shows its curve.

            EXAMPLES
              bigeggs preview                    the report in runs/quick
              bigeggs preview --profile full     the committed report
              bigeggs preview --port 8000 --open

            It answers only this machine, at 127.0.0.1, and serves only the report's pages. q or Ctrl-C ends it and \
            the sections that it runs; a training saves a checkpoint first. It needs Debian's package python3-tornado.
            """)

    @OptionGroup var options: SectionOptions
    @Option(help: ArgumentHelp("The port; 0 is a free one.", valueName: "n")) var port = 0
    @Flag(help: "Open the page in the browser.") var open = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port is \(port): give a number from 1 to 65535, or 0 for a free port")
        }
    }

    func run() throws {
        let status = try Preview(project: try Project.locate(), options: options, port: port, opens: open)
            .serve()
        if status != 0 { throw ExitCode(status) }
    }
}
