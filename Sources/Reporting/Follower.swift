import BigEggs
import Foundation
import MessagePassing

/// A process of a launcher other than the first: it computes, and says nothing unless it fails alone.
public enum Follower {
    /// Sends what is printed nowhere.
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
    /// What the first process has failed with as well, it says, and then ends this process. Only what this one alone has
    /// failed with is said here, and ends the others.
    ///
    /// - Parameter sentence: what is to be said; nil for a failure that the first process knows of.
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
