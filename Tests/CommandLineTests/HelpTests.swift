import Testing

@Suite struct HelpTests {
    private static let subcommands = [
        "data", "report", "step", "status", "figures", "preview", "diff", "verify", "train", "study", "sweep",
        "evaluate", "predict",
        "export",
        "bench",
    ]

    @Test(arguments: subcommands)
    func helpOfEachSubcommandShowsExamples(subcommand: String) throws {
        let run = try BigEggsProgram(subcommand, "--help")
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let examples = run.output.split(separator: "EXAMPLES", maxSplits: 1).last ?? ""
        #expect(examples.contains("\n  bigeggs \(subcommand)"), "no example in:\n\(run.output)")
    }

    @Test func helpOfTheCommandListsEverySubcommand() throws {
        let run = try BigEggsProgram("--help")
        #expect(run.status == 0)
        for subcommand in Self.subcommands {
            #expect(run.output.contains("\n  \(subcommand) "))
        }
    }
}
