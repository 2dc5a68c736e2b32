import Foundation
import Testing

/// OpenMP's settings limit the number of threads, and no step waits for threads that do not start.
@Suite(.serialized) struct ThreadSettingsTests {
    private struct Training: Decodable {
        struct Settings: Decodable { let threads: Int }
        let settings: Settings
    }

    /// The number of threads that a training of one epoch used. After a minute it is killed.
    private func threads(_ environment: [String: String], _ more: String...) throws -> Int {
        let data = try TinyCIFAR10()
        let out = data.directory.url.appendingPathComponent("out").path
        let run = try BigEggsProgram(
            running: URL(filePath: "/usr/bin/timeout"),
            ["-s", "KILL", "60", BigEggsProgram.url.path, "train", "--data", data.path, "--epochs", "1"]
                + ["--batch-size", "32", "--out", out, "--json"] + more,
            environment: ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OMP_") }
                .merging(environment) { $1 })
        #expect(run.status == 0, "\(environment): \(run.errors)")
        return try run.json(as: Training.self).settings.threads
    }

    @Test(arguments: [
        ["OMP_THREAD_LIMIT": "1"], ["OMP_MAX_ACTIVE_LEVELS": "0"],
        ["OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "4"], ["OMP_NUM_THREADS": "1"],
    ])
    func oneThreadIsUsedIfOpenMPAllowsOnlyOne(_ environment: [String: String]) throws {
        #expect(try threads(environment) == 1)
    }

    @Test func requestedThreadsAreUsedUpToTheLimit() throws {
        #expect(try threads(["OMP_THREAD_LIMIT": "2"], "--threads", "3") == 2)
        #expect(try threads(["OMP_NUM_THREADS": "1"], "--threads", "3") == 3)
        #expect(try threads(["OMP_NUM_THREADS": "3,2", "OMP_DYNAMIC": "true"]) == 3)
    }
}
