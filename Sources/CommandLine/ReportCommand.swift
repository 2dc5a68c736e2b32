import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs report`: runs every section that is not up to date, in order, then writes the report.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Run every section that is not up to date, and write the report.",
        discussion: """
            Builds and runs all sections, then writes report.md and report.html, and beside them a page for each \
            executed notebook, to which the numbers, tables and figures of report.html link. If a section fails, the \
            run ends; earlier sections keep their results.

            A section is not run again if its script, library, data, options and earlier sections are unchanged: \
            `bigeggs status` shows which sections these are. Ctrl-C saves the current training; the same command \
            continues it.

            EXAMPLES
              bigeggs report                   minutes, into runs/quick
              bigeggs report --force           every section, up to date or not
              bigeggs report --epochs 2 --out runs/try
              bigeggs report --launcher "mpirun -np 4"    trains with four processes
              bigeggs report --pdf             also runs/quick/report/report.pdf
              bigeggs report --no-run          the pages again, from the records
              bigeggs report --profile full    45 minutes or more, as committed
            """)

    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @OptionGroup var launching: LauncherOptions
    @Flag(help: "Run every section, up to date or not.") var force = false
    @Flag(name: .customLong("no-run"), help: "Run no section: write the report from the records.")
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
