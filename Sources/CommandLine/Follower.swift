import ArgumentParser
import BigEggs
import Foundation
import MessagePassing

/// A process of a launcher other than the first: it computes, and says nothing unless it fails alone.
enum Follower {
    /// Sends what is printed nowhere.
    static func silence() {
        let nowhere = open("/dev/null", O_WRONLY)
        guard nowhere >= 0 else { return }
        dup2(nowhere, STDOUT_FILENO)
        close(nowhere)
    }

    /// Ends the process after a failure.
    ///
    /// A signal that ended the training is known to all. What the first process has failed with as well, it says, and its launcher then ends this process. Only what this
    /// one alone has failed with is said here, and ends the others.
    static func end(_ error: any Error) -> Never {
        if let status = error as? ExitCode, status.rawValue >= 128 { exit(status.rawValue) }
        let world = Communicator.current
        world?.fail()
        Thread.sleep(forTimeInterval: 3)
        if isKnownToFirst(error) {
            Thread.sleep(forTimeInterval: 30)
        } else {
            let name = world.map { "process \($0.rank) on \($0.host): " } ?? ""
            StandardError.write("error: \(name)\(Program.sentence(about: error))\n")
        }
        world?.abort(status: 1)
        exit(1)
    }

    private static func isKnownToFirst(_ error: any Error) -> Bool {
        error is ExitCode || error as? MessagePassingError == .endedElsewhere
            || BigEggsCommand.exitCode(for: error) != .failure
    }
}
