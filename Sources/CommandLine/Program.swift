import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// The entry point of `bigeggs`.
@main
enum Program {
    /// Runs the command; a failure becomes one line on standard error and status 1. The argument parser handles
    /// help and usage errors, and exits with 0 and 64.
    static func main() {
        FileSizeLimit.isAnError()
        if Launcher.isFollower { Follower.silence() }
        do {
            try refuseUnreadableArguments()
            var command = try BigEggsCommand.parseAsRoot()
            if !(command is any TeamCommand) {
                // Only the first process runs a command that processes do not share. It starts the programs
                // that the command needs.
                if Launcher.isFollower { return }
                Launcher.forget()
            }
            do {
                try command.run()
                // Output may still be buffered; a failure to write it must be reported.
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
            // End the other processes, which would wait for this one. After a signal they end by themselves.
            if error is ExitCode, (1..<128).contains(status) { Communicator.current?.abort(status: status) }
            BigEggsCommand.exit(withError: error)
        }
    }

    /// The exit status for an error.
    private static func status(of error: any Error) -> Int32 {
        (error as? ReportingError)?.exitStatus ?? BigEggsCommand.exitCode(for: error).rawValue
    }

    /// Ends a follower, which is any process of a launcher but the first, after its command has failed. After
    /// a signal the first process reports the end of the training, so the follower only exits.
    private static func end(followerWith error: any Error) -> Never {
        let status = status(of: error)
        if status >= 128 { exit(status) }
        let isKnownToFirst =
            error is ExitCode || (error as? MessagePassingError)?.isKnownToFirst == true
            || BigEggsCommand.exitCode(for: error) != .failure
        Follower.end(saying: isKnownToFirst ? nil : sentence(about: error))
    }

    /// Throws for arguments that are not UTF-8: conversion to a string would change them, so they would name
    /// another file.
    private static func refuseUnreadableArguments() throws {
        for case let argument? in UnsafeBufferPointer(
            start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        where String(validatingCString: argument) == nil {
            throw ValidationError(
                "the argument \(String(cString: argument)) is not in UTF-8: rename the file, or name the folder it is in"
            )
        }
    }

    /// An error as one line. Foundation's errors have long descriptions, with domain and code; only the sentence for
    /// users is taken from them.
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
