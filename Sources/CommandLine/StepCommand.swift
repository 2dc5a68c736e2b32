import ArgumentParser
import Reporting

/// `bigeggs step`: runs only the next section that is not up to date.
struct StepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Run the next section that is not up to date, and stop.",
        discussion: """
            Repeat it to go through the report one section at a time. Between two steps you can \
            read the executed notebook, or edit the script: a section whose script has changed is \
            out of date, and so are those that read its results.

            EXAMPLES
              bigeggs step               the next section
              bigeggs step --pause       the next section, with a pause before each cell
              bigeggs step --only 3      03-augmentation, up to date or not
              bigeggs step --from 4      04-plain-training, then later ones out of date
              bigeggs status             which section is next, and why
            """)

    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @OptionGroup var launching: LauncherOptions
    @Option(
        help: ArgumentHelp(
            "Run this section, up to date or not, then the later ones that are out of date.",
            valueName: "section"))
    var from: ReportSection?
    @Option(help: ArgumentHelp("Run this section, up to date or not, and stop.", valueName: "section"))
    var only: ReportSection?

    func validate() throws {
        if from != nil && only != nil {
            throw ValidationError("--from and --only exclude each other: give one")
        }
    }

    func run() throws {
        let pipeline = Pipeline(
            project: try Project.locate(), options: options, run: runOptions, launcher: launching.launcher)
        if let only {
            try pipeline.run([only], always: [only])
        } else if let from {
            try pipeline.run(ReportSection.allCases.filter { $0.name >= from.name }, always: [from])
        } else if let next = try pipeline.status().next {
            try pipeline.run([next], always: [])
        }
        print(try pipeline.status().sentence(options: options.arguments))
    }
}

extension ReportSection: ExpressibleByArgument {
    /// The names of all sections, for help and errors.
    public static var allValueStrings: [String] { allCases.map(\.name) }
}
