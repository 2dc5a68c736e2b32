import ArgumentParser
import Reporting

/// `bigeggs verify`: checks that the report's results are reproduced.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Run sections again, and compare the results with their records.",
        discussion: """
            On the same kind of processor and with the same precision, every loss, weight and prediction \
            is reproduced bit for bit, with any number of threads. The output says for each result whether \
            it has the same bits, is the same to a number of digits, or differs, and for a training in \
            which epoch and step it first differs.

            The records depend on the profile. quick: a quick run on the same data set, if possible on the \
            same kind of processor. It is one of those on Fashion-MNIST that come with BigEggs, or your own \
            in runs/quick. full: the committed report. On another kind of processor, or with other data, \
            bits may differ: then training losses must be within 10 % plus 0.05, and the test accuracy \
            within 3 points. Sections run in runs/verify; the records are not changed. After an interruption the \
            same command continues.

            Exit status: 0 same bits, 1 a difference, 2 within tolerance where bits may differ.

            EXAMPLES
              bigeggs verify --data fashion-mnist         minutes, on any machine
              bigeggs verify --profile full --quick       two epochs of each training
              bigeggs verify --profile full               the whole report
              bigeggs verify --profile full 4             04-plain-training alone
              bigeggs verify --against runs/try --json    other records, for a program
            """)

    @Argument(
        help: ArgumentHelp("The sections; all recorded ones if none is named.", valueName: "section"))
    var sections: [ReportSection] = []
    @OptionGroup var options: SectionOptions
    @OptionGroup var runOptions: RunOptions
    @Flag(help: "Train only two epochs, or as many as --epochs says, and compare these.") var quick = false
    @Option(help: ArgumentHelp("Compare with the records of the run in this directory.", valueName: "dir"))
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
