import ArgumentParser
import BigEggs
import Reporting

/// `bigeggs report`: every section in its order, then the write-up.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Run every section and write the report.",
        discussion: """
            Builds and runs the sections 01-data to 07-demo, then writes report.md and \
            report.html. A section that fails ends the run; those before it keep their results.

            EXAMPLES
              bigeggs report                   minutes, into runs/quick
              bigeggs report --epochs 2 --out runs/try
              bigeggs report --profile full    an hour or more, as committed
            """)

    @OptionGroup var options: SectionOptions

    func run() throws {
        _ = try Pipeline(project: try Project.locate(), options: options).report()
    }
}
