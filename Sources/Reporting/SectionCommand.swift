import ArgumentParser

/// A section's command line.
struct SectionCommand: ParsableCommand {
    /// The section of this process, for the help.
    @TaskLocal static var section = ReportSection.allCases[0]
    /// The introduction of the section's script, for the help.
    @TaskLocal static var introduction = ""

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: section.name, abstract: introduction,
            discussion: """
                Runs the script notebooks/\(section.name)/main.swift from top to bottom. What it shows is \
                printed here and written as an executed notebook; its numbers are recorded as JSON, and \
                its figures are drawn from that record.

                A training saves itself after every epoch and when it is interrupted. Run again, the \
                section goes on from there to the same result, unless script or library have changed: \
                then it asks for --resume or --restart.

                EXAMPLES
                  swift run -c release \(section.name)
                  swift run -c release \(section.name) --data fashion-mnist --epochs 3
                  swift run -c release \(section.name) --profile full
                """)
    }

    @OptionGroup var options: SectionOptions
    @OptionGroup var run: RunOptions

    /// Parses this process's arguments. Help ends the process with status 0, a usage error with status 64.
    static func parsed(
        for section: ReportSection, _ introduction: String
    ) -> (options: SectionOptions, run: RunOptions) {
        $section.withValue(section) {
            $introduction.withValue(introduction) {
                do {
                    let command = try parse()
                    return (command.options, command.run)
                } catch {
                    exit(withError: error)
                }
            }
        }
    }
}
