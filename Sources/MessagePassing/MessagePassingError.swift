/// Why processes cannot work together.
public enum MessagePassingError: Error, Equatable, CustomStringConvertible {
    /// A launcher started several processes, and `file`, which uses MPI, cannot be loaded. `reason` is the message of
    /// the dynamic loader.
    case notBuilt(processes: Int, file: String, reason: String)
    case otherInterface(file: String)
    case failed(action: String, reason: String)
    case noAnswer(seconds: Double)
    /// The program, processor or settings of a process are not those of process 0.
    case differs(rank: Int, host: String, differences: [String])
    /// The weights of processes are no longer the same.
    case divergedWeights(rank: Int, host: String)
    /// Another process has failed and reports the reason.
    case endedElsewhere

    /// Whether process 0 reports the failure: it gets this error like all processes, or failed itself.
    public var isKnownToFirst: Bool {
        switch self {
        case .notBuilt, .otherInterface, .differs, .divergedWeights, .endedElsewhere: true
        case .failed, .noAnswer: false
        }
    }

    public var description: String {
        switch self {
        case .notBuilt(let processes, let file, let reason):
            "this is one of \(processes) processes of a launcher, and \(file), which uses MPI, cannot be loaded "
                + "(\(reason)): run `make mpi`, or start without the launcher"
        case .otherInterface(let file):
            "\(file) was compiled for another version of BigEggs: run `make mpi`"
        case .failed(let action, let reason):
            "MPI could not \(action): \(reason)"
        case .noAnswer(let seconds):
            "another process has not answered for \(Int(seconds)) seconds: it hangs, or its machine is down; "
                + "if it is only slow, wait longer with --timeout (in Swift Communicator.timeout)"
        case .differs(let rank, let host, let differences):
            "process \(rank) on \(host) differs from process 0, and all must be equal: "
                + differences.joined(separator: "; ")
        case .divergedWeights(let rank, let host):
            "process \(rank) on \(host) computed different weights from process 0: its processor or its memory is "
                + "unreliable"
        case .endedElsewhere:
            "another process has failed"
        }
    }
}
