import ArgumentParser
import Reporting

/// `bigeggs step`: the next section that is not up to date, and no further.
struct StepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Run the next section that is not up to date, and stop.",
        discussion: """
            Type it again and again to go through the report one section at a time. Between two \
            steps open the executed notebook to read, or edit the script: a section whose script \
            has changed is the next one, and after it those that read its results.

            EXAMPLES
              bigeggs step               the next one
              bigeggs step --pause       the next one, stopping at each of its cells
              bigeggs step --only 3      03-augmentation, up to date or not
              bigeggs step --from 4      04-plain-training, then all after it that are out of date
              bigeggs status             what the next one is, and why
            """)

    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @OptionGroup var launching: LauncherOptions
    @Option(
        help: ArgumentHelp("Run this section, up to date or not, and go on from it.", valueName: "section"))
    var from: ReportSection?
    @Option(help: ArgumentHelp("Run this section, up to date or not, and stop.", valueName: "section"))
    var only: ReportSection?

    func validate() throws {
        if from != nil && only != nil {
            throw ValidationError("--from goes on and --only stops; give one of them")
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
    /// Names and numbers, for help and for errors.
    public static var allValueStrings: [String] { allCases.map(\.name) }
}
