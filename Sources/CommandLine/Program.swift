import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// Where `bigeggs` starts.
@main
enum Program {
    /// Runs the command; a failure becomes one line on standard error and status 1. Help and
    /// misused options are left to the argument parser, which ends with 0 and 64.
    static func main() {
        FileSizeLimit.isAnError()
        if Launcher.isFollower { Follower.silence() }
        do {
            try refuseUnreadableArguments()
            var command = try BigEggsCommand.parseAsRoot()
            if !(command is any TeamCommand) {
                // The first process does it alone, with the programs that it starts.
                if Launcher.isFollower { return }
                Launcher.forget()
            }
            do {
                try command.run()
                // What was printed may still wait to be written, and must not be lost without a word.
                guard fflush(nil) == 0 else {
                    throw FileError(code: errno, file: "standard output", action: "write")
                }
            } catch let error where Launcher.isFollower {
                end(followerWith: error)
            } catch let error where BigEggsCommand.exitCode(for: error) == .failure && !(error is ExitCode) {
                StandardError.write("error: \(sentence(about: error))\n")
                throw ExitCode(status(of: error))
            }
        } catch {
            if Launcher.isFollower { end(followerWith: error) }
            let status = status(of: error)
            // Nobody is left waiting. Where a signal ended the training, all know it, and end by themselves.
            if error is ExitCode, (1..<128).contains(status) { Communicator.current?.abort(status: status) }
            BigEggsCommand.exit(withError: error)
        }
    }

    /// The status that the program ends with because of an error.
    private static func status(of error: any Error) -> Int32 {
        (error as? ReportingError)?.exitStatus ?? BigEggsCommand.exitCode(for: error).rawValue
    }

    /// Ends a process of a launcher whose command has failed. A signal that ended a training is known to all.
    private static func end(followerWith error: any Error) -> Never {
        let status = status(of: error)
        if status >= 128 { exit(status) }
        let isKnownToFirst =
            error is ExitCode || (error as? MessagePassingError)?.isKnownToFirst == true
            || BigEggsCommand.exitCode(for: error) != .failure
        Follower.end(saying: isKnownToFirst ? nil : sentence(about: error))
    }

    /// The names of files need be no text, and arguments are: another name would be looked for.
    private static func refuseUnreadableArguments() throws {
        for case let argument? in UnsafeBufferPointer(
            start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        where String(validatingCString: argument) == nil {
            throw ValidationError(
                "the argument \(String(cString: argument)) is not in UTF-8: rename the file, or name the folder it is in"
            )
        }
    }

    /// An error as one line. Foundation's errors describe themselves at length, with domain and
    /// code, so from them only the sentence meant for people is taken.
    static func sentence(about error: any Error) -> String {
        let text: String =
            switch error {
            case let error as LocalizedError: error.errorDescription ?? "\(error)"
            case let error as CocoaError: error.localizedDescription
            default: "\(error)"
            }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
