import BigEggs
import CProcess
import Foundation
import MessagePassing

/// Handling of errors that a script's top-level code throws.
enum TopLevelError {
    /// Makes an uncaught error end the process with `error: …` on standard error and status 1.
    ///
    /// By default the runtime traps with a stack trace. An interrupted training ends with the status of its signal.
    static func install() {
        be_set_top_level_error_handler { raw in
            let error = unsafeBitCast(raw, to: (any Error).self)
            if let stop = error as? TrainingInterrupted {
                if Launcher.isFollower { exit(stop.exitStatus) }
                // For a child process, the parent prints the command that resumes the work.
                let next = ChildProcess.isChild ? "" : "Go on with: \(ResumeOptions.resumingCommand())\n"
                Terminal.warn("\(stop)\n\(next)")
                exit(stop.exitStatus)
            }
            if Launcher.isFollower {
                Follower.end(failing: error)
            }
            Terminal.warn("error: \(error)\n")
            Communicator.current?.abort(status: 1)
        }
    }
}
