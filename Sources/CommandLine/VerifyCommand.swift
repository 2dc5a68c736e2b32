import ArgumentParser
import Reporting

/// `bigeggs verify`: whether the report's results come out again.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Run sections again, and compare what they find with their records.",
        discussion: """
            On the same kind of processor, with the same precision, every loss, weight and prediction \
            comes out to the bit, on any number of threads. Each result is the same bits, or the same to \
            a number of digits, or differs; of a training you read in which epoch and step first.

            The records are those of the profile: quick, the quick run on Fashion-MNIST that comes with \
            BigEggs for some kinds of processors, or your own in runs/quick; full, the committed report. \
            On another kind of processor, or other data, bits may differ: then losses must be within 10 % \
            and 0.05, and the test accuracy within 3 points. Sections run in runs/verify; the records stay \
            as they are. What was interrupted goes on when the command is given again.

            Exit status: 0 same bits, 1 a difference, 2 within tolerance where bits are not due.

            EXAMPLES
              bigeggs verify --data fashion-mnist         minutes, on any machine
              bigeggs verify --profile full --quick       two epochs of each training
              bigeggs verify --profile full               the whole report
              bigeggs verify --profile full 4             04-plain-training alone
              bigeggs verify --against runs/try --json    other records, for a program
            """)

    @Argument(
        help: ArgumentHelp("Which sections; all that are recorded if none is named.", valueName: "section"))
    var sections: [ReportSection] = []
    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @Flag(help: "Train two epochs, or as many as --epochs says, and compare these.") var quick = false
    @Option(help: ArgumentHelp("The directory of the run whose records to compare with.", valueName: "dir"))
    var against: String?
    @Flag(help: "Print one JSON object; progress goes to standard error.") var json = false

    func validate() throws {
        if let against, against.isEmpty { throw ValidationError("--against is empty; give a directory") }
    }

    func run() throws {
        let verifier = Verifier(
            project: try Project.locate(), options: options, run: runOptions, isQuick: quick)
        let verify = { try verifier.verify(sections, against: against) }
        let verification = json ? try StandardError.receivingOutput(verify) : try verify()
        if json {
            try printJSON(verification)
        } else {
            print("\n" + verification.table.text + "\n" + verification.sentence)
        }
        if verification.exitStatus != 0 { throw ExitCode(verification.exitStatus) }
    }
}
