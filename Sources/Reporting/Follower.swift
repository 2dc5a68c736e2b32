import BigEggs
import Foundation
import MessagePassing

/// Any process of a launcher, such as mpirun, except the first.
///
/// It only takes part in the computation, and prints only failures that no other process has.
public enum Follower {
    /// Discards standard output.
    public static func silence() {
        let nowhere = open("/dev/null", O_WRONLY)
        guard nowhere >= 0 else { return }
        dup2(nowhere, STDOUT_FILENO)
        close(nowhere)
    }

    /// Ends the process after an error.
    static func end(failing error: any Error) -> Never {
        end(saying: (error as? MessagePassingError)?.isKnownToFirst == true ? nil : "\(error)")
    }

    /// Ends the process after a failure.
    ///
    /// A failure that the first process also has is reported by the first process, which then ends this one. A
    /// failure of this process alone is printed here, and ends the others.
    ///
    /// - Parameter sentence: the message; nil for a failure that the first process reports.
    public static func end(saying sentence: String?) -> Never {
        let world = Communicator.current
        world?.fail()
        Thread.sleep(forTimeInterval: 3)
        if let sentence {
            let name = world.map { "process \($0.rank) on \($0.host): " } ?? ""
            Terminal.warn("error: \(name)\(sentence)\n")
        } else {
            Thread.sleep(forTimeInterval: 30)
        }
        world?.abort(status: 1)
        exit(1)
    }
}
