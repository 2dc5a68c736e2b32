import BigEggs
import CProcess
import Foundation
import MessagePassing

/// What happens when a script's top-level code throws.
enum TopLevelError {
    /// From now on an uncaught error ends the process with `error: …` on standard error and status 1,
    /// in place of the runtime's trap and stack trace; an interrupted training with the status of its signal.
    static func install() {
        be_set_top_level_error_handler { raw in
            let error = unsafeBitCast(raw, to: (any Error).self)
            if let stop = error as? TrainingInterrupted {
                if Launcher.isFollower { exit(stop.exitStatus) }
                // Whoever started this process as a part of its work says how to go on.
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
