/// Why a section, a figure or the report cannot be made.
public enum ReportingError: Error, Equatable, CustomStringConvertible {
    /// No directory at or above the searched ones is a checkout.
    case noProject(searched: [String])
    /// The committed report would be overwritten with results on a stand-in data set that was not requested.
    case unaskedStandIn(name: String, notice: String?)
    /// A script has carriage returns that end lines by themselves. Swift accepts them as line ends but does not count
    /// them in `#line`, which the notebook uses to find cells.
    case loneCarriageReturn(script: String)
    /// A section needs the record or weights of another section, which has not run.
    case notRun(section: String, missing: String, command: String)
    /// A section needs the record of another section, which was run on other data.
    case otherData(section: String, recorded: String, used: String, command: String)
    /// A section's weights file does not have the checksum in its record, as after an interrupted run.
    case otherWeights(section: String, path: String, command: String)
    /// Figures could not be drawn; with Python's message for each.
    case figuresFailed([String: String])
    /// A Python function returned an unexpected value.
    case unexpectedResult(function: String)
    /// A section's executable is not built, and there is no compiler.
    case noExecutable(section: String, path: String)
    /// The compiler failed; its messages are above.
    case buildFailed(status: Int32)
    /// A section failed; its message is above.
    case sectionFailed(section: String, status: Int32)
    /// A section was interrupted. Its training, if any, is saved.
    case sectionInterrupted(section: String, status: Int32)
    /// A run of the study or of a sweep was interrupted. Its training is saved.
    case runInterrupted(run: String, command: String, status: Int32)
    /// A run of the study or of a sweep failed with this status.
    case runFailed(run: String, status: Int32)
    /// The report has no section of this name.
    case noSuchSection(name: String)
    /// A section's script does not begin with a heading such as "# 4. Plain training".
    case noTitle(script: String)
    /// Inputs of an interrupted training have changed; the phrases say which.
    case trainingChanged(section: String, differences: [String])
    /// A training cannot be resumed, for this reason.
    case cannotResume(section: String, reason: String)
    /// An interrupted training is here and could be resumed.
    case unfinishedTraining(file: String, epoch: Int, step: Int)
    /// There are no records to compare with, or none of the data set with this checksum.
    case nothingToVerify(records: String, data: String?)
    /// The sections would overwrite the records to compare with.
    case recordsInTheWay(records: String)
    /// The records to compare with do not include this section.
    case notVerifiable(section: String, records: String)
    /// The first epochs of a section cannot be compared, because it trains nothing.
    case noTraining(section: String)
    /// A program could not be started.
    case cannotStart(program: String, reason: String)

    /// The exit status for this error.
    public var exitStatus: Int32 {
        switch self {
        case .sectionInterrupted(_, let status), .runInterrupted(_, _, let status): status
        default: 1
        }
    }

    public var description: String {
        switch self {
        case .noProject(let searched):
            "no checkout of BigEggs (a directory with Package.swift and notebooks) is at or above "
                + searched.joined(separator: " or ") + "; run this from inside one"
        case .unaskedStandIn(let name, let notice):
            (notice.map { "\($0) " } ?? "")
                + "A full run would put \(name) into the committed report: give CIFAR-10 "
                + "with --data or BIGEGGS_DATA, write elsewhere with --out, or ask for \(name) with "
                + "--data fashion-mnist"
        case .loneCarriageReturn(let script):
            "\(script) has lines that end in a carriage return alone, which the compiler does not count: save it with "
                + "the line ends of Unix or Windows"
        case .notRun(let section, let missing, let command):
            "\(missing) is not there: section \(section) makes it; run `\(command)` first"
        case .otherData(let section, let recorded, let used, let command):
            "section \(section) was run on \(recorded), but this is \(used); run `\(command)` first, "
                + "or give the same --data"
        case .otherWeights(let section, let path, let command):
            "\(path) is not the file that section \(section) recorded; run `\(command)` first"
        case .figuresFailed(let messages):
            "could not draw "
                + messages.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(
                    separator: ", ")
        case .unexpectedResult(let function):
            "the Python function \(function) returned a value that this version does not know; "
                + "build again so that both are of the same version"
        case .noExecutable(let section, let path):
            "section \(section) is not built: there is no \(path), and no `swift` in PATH to build it with"
        case .buildFailed(let status):
            "`swift build` ended with status \(status); its messages are above"
        case .sectionFailed(let section, let status):
            (status > 128
                ? "section \(section) was ended by signal \(status - 128)"
                : "section \(section) stopped with status \(status), for the reason above")
                + "; the sections after it were not run"
        case .sectionInterrupted(let section, _):
            "section \(section) was interrupted; the same command resumes it"
        case .runInterrupted(let run, let command, _):
            "\(run) was interrupted; `\(command)` resumes it"
        case .runFailed(let run, let status):
            (status > 128
                ? "\(run) was ended by signal \(status - 128)" : "\(run) stopped with status \(status)")
                + ", for the reason above; the runs after it were not begun"
        case .noSuchSection(let name):
            "there is no section \(name): there are "
                + ReportSection.allCases.map(\.name).joined(separator: ", ")
        case .noTitle(let script):
            "\(script) does not begin with its title: begin its first cell with \"# 4. Plain training\" or the like"
        case .trainingChanged(let section, let differences):
            "the training of \(section) was interrupted, and since then \(differences.joined(separator: " and ")) "
                + "changed: add --resume to go on anyway, or --restart to begin again"
        case .cannotResume(let section, let reason):
            "the training of \(section) cannot continue: \(reason); --restart begins it again"
        case .unfinishedTraining(let file, let epoch, let step):
            "\(Project.shown(file)) is of a training that was interrupted in epoch \(epoch + 1), after step "
                + "\(step): add --resume to go on, --restart to begin again, or another --out"
        case .nothingToVerify(let records, let data):
            "\(records) has no records"
                + (data.map {
                    " of the data set that is used (\($0)), and none come with BigEggs: run `bigeggs report` "
                        + "first, verify the committed report with --profile full, or verify the quick run that "
                        + "comes with BigEggs with --data fashion-mnist"
                } ?? ": name the directory of a run with --against")
        case .recordsInTheWay(let records):
            "\(records) has the records to compare with, and running there would replace them: give another --out"
        case .notVerifiable(let section, let records):
            "\(records) has no record of \(section): name another section, or other records with --against"
        case .noTraining(let section):
            "\(section) has no training, so there are no first epochs to compare: leave out --quick and --epochs"
        case .cannotStart(let program, let reason):
            "cannot start \(program): \(reason)"
        }
    }
}
