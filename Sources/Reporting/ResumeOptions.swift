import ArgumentParser
import BigEggs
import MessagePassing

/// Whether to resume or restart an interrupted training, for every command that trains.
public struct ResumeOptions: ParsableArguments {
    @Flag(help: "Resume the interrupted training, with the same result.")
    public var resume = false

    @Flag(help: "Start again, and remove what the interrupted training saved.")
    public var restart = false

    public init() {}

    public func validate() throws {
        if resume, restart { throw ValidationError("--resume and --restart exclude each other: give one") }
    }

    /// Trains with checkpoints, as every command does.
    ///
    /// The training is saved after each epoch, ends after the current step on SIGINT, SIGTERM or SIGHUP, and resumes
    /// as these options say.
    ///
    /// - Parameters:
    ///   - directory: the directory of the checkpoints; it must exist, and this process must hold its `OutputLock`.
    ///   - name: the prefix of the checkpoints' names.
    ///   - announce: called with a sentence on where the training resumes.
    ///   - body: calls `fit` with the checkpoints and the interruption. After the results are written,
    ///     call `checkpoints.remove()`.
    /// - Throws: what `body` throws, and ``ReportingError/unfinishedTraining(file:epoch:step:)``.
    public func train<Result>(
        in directory: String, name: String = "checkpoint", announce: @escaping (String) -> Void,
        _ body: (Checkpoints, Interruption) throws -> Result
    ) throws -> Result {
        let checkpoints = Checkpoints(
            in: directory, name: name, unfinished: resume ? .resume : restart ? .discard : .refuse,
            announce: announce)
        do {
            return try TerminationSignals.interrupting { try body(checkpoints, $0) }
        } catch CheckpointError.unfinished(let file, let epoch, let step) {
            throw ReportingError.unfinishedTraining(file: file, epoch: epoch, step: step)
        }
    }

    /// The command line that resumes this process's training.
    public static func resumingCommand(_ arguments: [String] = CommandLine.arguments) -> String {
        let kept = arguments.filter { $0 != "--restart" && $0 != "--resume" }
        return typed(Launcher.words + kept + ["--resume"])
    }

    /// Arguments as typed into a shell.
    package static func typed(_ arguments: [String]) -> String {
        arguments.map(quoted).joined(separator: " ")
    }

    /// An argument, quoted for a shell if necessary.
    private static func quoted(_ argument: String) -> String {
        let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.\/:=,@%+-]+/) != nil
        return isPlain ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
    }
}
