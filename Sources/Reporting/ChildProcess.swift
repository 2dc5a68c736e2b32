import Dispatch
import Foundation

/// Starts a program and waits for it.
///
/// Not Foundation's `Process`, which may put the child into a process group of its own: an interrupt typed at the
/// terminal has to reach the child as well.
enum ChildProcess {
    /// Runs a program with this process's environment, input and output.
    ///
    /// Threads that wait for one another spin for a moment and then sleep, unless the environment says
    /// otherwise: libgomp's default is to spin on, which on cores that other programs use makes a
    /// training several times slower. On free cores no difference was measured.
    ///
    /// - Returns: its exit status, or 128 and the signal's number if a signal ended it.
    /// - Throws: ``ReportingError/cannotStart(program:reason:)``.
    static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let environment = ["GOMP_SPINCOUNT": "10000"]
            .merging(ProcessInfo.processInfo.environment) { _, given in given }
            .map { "\($0.key)=\($0.value)" }
        var child = pid_t()
        let failure = withCStrings([program] + arguments) { arguments in
            withCStrings(environment) { posix_spawn(&child, program, nil, nil, arguments, $0) }
        }
        guard failure == 0 else {
            throw ReportingError.cannotStart(program: program, reason: String(cString: strerror(failure)))
        }
        // Whoever asks this process to end means the training that it started, too.
        let running = child
        let termination = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        termination.setEventHandler {
            kill(running, SIGTERM)
            _exit(128 + SIGTERM)
        }
        let previous = signal(SIGTERM, SIG_IGN)
        termination.resume()
        defer {
            termination.cancel()
            signal(SIGTERM, previous)
        }

        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else {
                throw ReportingError.cannotStart(program: program, reason: String(cString: strerror(errno)))
            }
        }
        let signalNumber = status & 0x7f
        return signalNumber == 0 ? (status >> 8) & 0xff : 128 + signalNumber
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
