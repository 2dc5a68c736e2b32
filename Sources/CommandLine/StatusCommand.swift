import ArgumentParser
import Reporting

/// `bigeggs status`: which sections are up to date.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which sections are up to date, and why the others are not.",
        discussion: """
            A section is fresh if what it was made from is as it was: its script, the library, \
            the data set, the options, and what it reads of earlier sections. In a script every \
            character counts, in the library comments do not. Give the options that a run would \
            be given: those are what is compared.

            EXAMPLES
              bigeggs status                   of runs/quick
              bigeggs status --profile full    of the committed report
              bigeggs status --out runs/try --epochs 2
              bigeggs status --json            for another program
            """)

    @OptionGroup var options: SectionOptions
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let pipeline = Pipeline(project: try Project.locate(), options: options)
        let statuses = try pipeline.status()
        if json {
            try printJSON(
                Output(profile: options.profile, sections: statuses, next: statuses.next?.name))
        } else {
            print(statuses.text)
            print(statuses.sentence(options: options.arguments))
        }
    }

    /// What `--json` prints.
    struct Output: Encodable {
        let profile: Profile
        let sections: [SectionStatus]
        let next: String?
    }
}
