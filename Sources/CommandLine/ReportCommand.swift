import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs report`: every section that is not up to date in its order, then the write-up.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Run every section that is not up to date, and write the report.",
        discussion: """
            Builds and runs all sections, then writes report.md and \
            report.html, and beside them a page for each executed notebook, to which numbers, tables and figures of \
            report.html lead. A section that fails ends the run; those before it keep their results.

            A section whose script, library, data, options and earlier sections are as they \
            were is not run again: `bigeggs status` shows which those are. Ctrl-C saves a training \
            that is under way; it goes on from there when the same command is given again.

            EXAMPLES
              bigeggs report                   minutes, into runs/quick
              bigeggs report --force           every section, up to date or not
              bigeggs report --epochs 2 --out runs/try
              bigeggs report --launcher "mpirun -np 4"    trains with four processes
              bigeggs report --pdf             and runs/quick/report/report.pdf
              bigeggs report --no-run          the pages again, of what is recorded
              bigeggs report --profile full    half an hour or more, as committed
            """)

    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @OptionGroup var launching: LauncherOptions
    @Flag(help: "Run every section, up to date or not.") var force = false
    @Flag(name: .customLong("no-run"), help: "Run no section: write the report of what is recorded.")
    var runsNothing = false
    @Flag(help: "Write the report as a PDF as well; needs Debian's package weasyprint.") var pdf = false

    func validate() throws {
        if force, runsNothing { throw ValidationError("--force and --no-run exclude each other: give one") }
    }

    func run() throws {
        let pipeline = Pipeline(
            project: try Project.locate(), options: options, run: runOptions, launcher: launching.launcher)
        if runsNothing, !FileManager.default.fileExists(atPath: pipeline.layout.records) {
            throw NothingRecorded(directory: pipeline.layout.records)
        }
        _ = try pipeline.report(runsNothing ? .none : force ? .all : .stale, pdf: pdf)
    }
}
