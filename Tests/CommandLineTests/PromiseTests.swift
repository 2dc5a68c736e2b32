import Foundation
import Testing

/// No run listens on the network, starts a shell, or writes outside the output directory and the cache.
@Suite(.enabled(if: SystemCalls.canBeTraced, "strace is not here, or may not be used"))
struct PromiseTests {
    let data: TinyCIFAR10
    let directory: TemporaryDirectory
    var out: String { directory.path + "/out" }
    var cache: String { directory.path + "/cache" }

    init() throws {
        data = try TinyCIFAR10()
        directory = try TemporaryDirectory()
    }

    private func expectNothingForbidden(_ program: String, _ arguments: String...) throws {
        var environment = ProcessInfo.processInfo.environment
        environment["HOME"] = directory.path + "/home"
        environment["XDG_CACHE_HOME"] = cache
        environment["BIGEGGS_DATA"] = nil
        let executable = BigEggsProgram.url.deletingLastPathComponent().appendingPathComponent(program)
        let calls = try SystemCalls(
            of: executable, arguments + ["--data", data.path, "--out", out], in: directory.url,
            environment: environment)
        #expect(calls.run.status == 0, "standard error:\n\(calls.run.errors)")
        #expect(calls.listening == [])
        // Matplotlib runs fc-list once to find the fonts. No shell is started.
        #expect(calls.executed.subtracting(["/usr/bin/fc-list"]) == [executable.path])
        #expect(calls.written.contains { $0.hasPrefix(out + "/") }, "strace saw nothing")
        let allowed = [out, cache].flatMap { [$0, $0 + "/"] } + ["/dev/null", "/dev/tty"]
        let forbidden = calls.written.filter { path in
            !allowed.contains { $0.hasSuffix("/") ? path.hasPrefix($0) : path == $0 }
        }
        #expect(forbidden == [])
    }

    @Test func aTrainingWritesOnlyToItsDirectoryAndTheCache() throws {
        try expectNothingForbidden("bigeggs", "train", "--limit", "64", "--epochs", "1")
    }

    @Test func aSectionWritesOnlyToItsDirectoryAndTheCache() throws {
        try expectNothingForbidden("01-data")
    }

    /// The section trains, and draws figures for TensorBoard during the training.
    @Test func aTrainingSectionWritesOnlyToItsDirectoryAndTheCache() throws {
        try expectNothingForbidden("04-plain-training", "--epochs", "1")
    }
}
