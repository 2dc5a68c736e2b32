import ArgumentParser
import BigEggs
import Reporting

/// `bigeggs report`: every section that is not up to date in its order, then the write-up.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Run every section that is not up to date, and write the report.",
        discussion: """
            Builds and runs all sections, then writes report.md and \
            report.html. A section that fails ends the run; those before it keep their results.

            A section whose script, library, data, options and earlier sections are as they \
            were is not run again: `bigeggs status` shows which those are. Ctrl-C saves a training \
            that is under way; it goes on from there when the same command is given again.

            EXAMPLES
              bigeggs report                   minutes, into runs/quick
              bigeggs report --force           every section, up to date or not
              bigeggs report --epochs 2 --out runs/try
              bigeggs report --profile full    half an hour or more, as committed
            """)

    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @Flag(help: "Run every section, up to date or not.") var force = false

    func run() throws {
        _ = try Pipeline(project: try Project.locate(), options: options, run: runOptions).report(
            force: force)
    }
}
