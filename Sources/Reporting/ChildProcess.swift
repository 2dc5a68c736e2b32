import CProcess
import Foundation
import MessagePassing

/// Starts a program and waits for it.
///
/// Not Foundation's `Process`, which may put the child into a process group of its own: an interrupt typed at the
/// terminal has to reach the child as well.
enum ChildProcess {
    /// Names the process that started this one, for a child that is to end with it.
    private static let parentVariable = "BIGEGGS_PARENT"

    /// Runs a program with this process's environment, input and output.
    ///
    /// Threads that wait for one another spin for a moment and then sleep, unless the environment says
    /// otherwise: libgomp's default is to spin on, which on cores that other programs use makes a
    /// training several times slower. On free cores no difference was measured.
    ///
    /// Whoever asks this process to end means the child: a SIGINT or SIGTERM is passed on, and what the
    /// child makes of it decides.
    ///
    /// - Parameter kept: open files of this process that the child gets as well.
    /// - Returns: its exit status, or 128 and the signal's number if a signal ended it.
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
        // Onto itself: this takes away the mark that would close it.
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

    /// In a child that ``run(_:_:keeping:)`` started: asks for a SIGTERM when the parent is gone, even if that is
    /// killed, so that nothing goes on training unseen.
    ///
    /// - Returns: whether ``run(_:_:keeping:)`` started this process.
    static func endWithParent() -> Bool {
        guard let parent = ProcessInfo.processInfo.environment[parentVariable].flatMap(pid_t.init) else {
            return false
        }
        be_signal_at_parent_death(SIGTERM)
        // A launcher's processes are its children.
        if Launcher.current == nil, getppid() != parent { raise(SIGTERM) }
        return true
    }

    /// The program of a name in `PATH`.
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
