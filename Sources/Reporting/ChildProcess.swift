import CProcess
import Foundation
import MessagePassing

/// Starts a program and waits for it.
///
/// Foundation's `Process` is not used: it may give the child its own process group, and Ctrl-C at the terminal must
/// reach the child too.
enum ChildProcess {
    /// The environment variable with the parent's process ID, for children that must end with the parent.
    private static let parentVariable = "BIGEGGS_PARENT"

    /// Runs a program with this process's environment, input and output.
    ///
    /// Sets `GOMP_SPINCOUNT` unless the environment does, so that waiting OpenMP threads spin briefly and then sleep.
    /// By default libgomp's threads keep spinning, which makes a training several times slower on cores shared with
    /// other programs. On free cores no difference was measured.
    ///
    /// A SIGINT or SIGTERM to this process is passed on to the child, which decides how to respond.
    ///
    /// - Parameter kept: file descriptors that the child inherits.
    /// - Returns: the child's exit status, or 128 plus the signal number if a signal ended it.
    /// - Throws: ``ReportingError/cannotStart(program:reason:)``.
    static func run(_ program: String, _ arguments: [String], keeping kept: [Int32] = []) throws -> Int32 {
        let environment = ["GOMP_SPINCOUNT": "10000"]
            .merging(ProcessInfo.processInfo.environment) { _, given in given }
            .merging([parentVariable: "\(getpid())"]) { _, own in own }
            .map { "\($0.key)=\($0.value)" }
        let signals = PassedOnSignals()
        defer { signals.stop() }

        var child = pid_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Duplicating a descriptor onto itself clears its close-on-exec flag.
        for file in kept where file >= 0 { posix_spawn_file_actions_adddup2(&actions, file, file) }
        let failure = withCStrings([program] + arguments) { arguments in
            withCStrings(environment) { posix_spawn(&child, program, &actions, nil, arguments, $0) }
        }
        guard failure == 0 else {
            throw ReportingError.cannotStart(program: program, reason: String(cString: strerror(failure)))
        }
        signals.pass(to: child)

        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else {
                throw ReportingError.cannotStart(program: program, reason: String(cString: strerror(errno)))
            }
        }
        let signalNumber = status & 0x7f
        return signalNumber == 0 ? (status >> 8) & 0xff : 128 + signalNumber
    }

    /// Whether ``run(_:_:keeping:)`` started this process.
    static var isChild: Bool { ProcessInfo.processInfo.environment[parentVariable] != nil }

    /// Requests a SIGTERM when the parent ends, even if it is killed, so that no training runs on unnoticed.
    ///
    /// Does nothing in a process that ``run(_:_:keeping:)`` did not start.
    ///
    /// - Returns: whether ``run(_:_:keeping:)`` started this process.
    static func endWithParent() -> Bool {
        guard let parent = ProcessInfo.processInfo.environment[parentVariable].flatMap(pid_t.init) else {
            return false
        }
        be_signal_at_parent_death(SIGTERM)
        // The parent may have ended before this request. Under a launcher this is not tested: there the
        // direct parent is the launcher.
        if Launcher.current == nil, getppid() != parent { raise(SIGTERM) }
        return true
    }

    /// The path of a program in `PATH`; nil if there is none.
    static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first(where: FileManager.default.isExecutableFile)
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
