import ArgumentParser
import BigEggs
import MessagePassing

/// What to do with a training that did not end, for every command that trains.
public struct ResumeOptions: ParsableArguments {
    @Flag(help: "Go on with the training that was interrupted, to the same result.")
    public var resume = false

    @Flag(help: "Begin again, and remove what an interrupted training saved.")
    public var restart = false

    public init() {}

    public func validate() throws {
        if resume, restart { throw ValidationError("--resume and --restart exclude each other: give one") }
    }

    /// Trains as every command does: saved after each epoch, ended by SIGINT and SIGTERM after a step, and
    /// resumed as these options have it.
    ///
    /// - Parameters:
    ///   - directory: where the checkpoints go; it exists, and this process holds its `OutputLock`.
    ///   - name: what their names begin with.
    ///   - announce: is told in a sentence where the training goes on.
    ///   - body: calls `fit` with the checkpoints and the interruption. When the results that come from it
    ///     are safe, `checkpoints.remove()` ends the training.
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

    /// The command, as it is typed, that resumes what this process did.
    public static func resumingCommand(_ arguments: [String] = CommandLine.arguments) -> String {
        let kept = arguments.filter { $0 != "--restart" && $0 != "--resume" }
        return typed(Launcher.words + kept + ["--resume"])
    }

    /// Arguments as they are typed into a shell.
    package static func typed(_ arguments: [String]) -> String {
        arguments.map(quoted).joined(separator: " ")
    }

    /// An argument as a shell reads it.
    private static func quoted(_ argument: String) -> String {
        let isPlain = argument.wholeMatch(of: /[A-Za-z0-9_.\/:=,@%+-]+/) != nil
        return isPlain ? argument : "'" + argument.replacing("'", with: #"'\''"#) + "'"
    }
}
