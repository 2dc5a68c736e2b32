import Foundation
import Testing

/// The error and the remaining files when a file cannot be written.
@Suite struct StorageFaultTests {
    let data: TinyCIFAR10

    init() throws { data = try TinyCIFAR10() }

    private func train(
        into out: String, limits: String = ":", redirection: String = "", seed: Int = 7, epochs: Int = 1,
        _ more: String...
    ) throws -> BigEggsProgram {
        let command = "\(limits); exec \(Self.likeAShell) \"$0\" \"$@\" \(redirection)"
        let arguments =
            ["train", "--data", data.path, "--limit", "64", "--epochs", "\(epochs)", "--seed", "\(seed)"]
            + ["--out", out] + more
        return try BigEggsProgram(
            running: URL(fileURLWithPath: "/bin/bash"), ["-c", command, BigEggsProgram.url.path] + arguments)
    }

    /// Runs a program with no signal blocked and the default action of SIGXFSZ, the signal of `ulimit -f`, as
    /// at a terminal. The thread that starts it here may block that signal.
    private static let likeAShell = """
        /usr/bin/python3 -c 'import os, signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        os.execv(sys.argv[1], sys.argv[1:])'
        """

    /// Every file in a directory, hidden ones too, with its contents.
    private func files(in directory: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory)
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                FileManager.default.contents(atPath: directory + "/" + name).map { (name, $0) }
            })
    }

    private func expectOneSentence(_ run: BigEggsProgram, with parts: String...) {
        #expect(run.status == 1, "standard error:\n\(run.errors)")
        let last = run.errors.split(separator: "\n").last.map(String.init) ?? ""
        #expect(last.hasPrefix("error: "), "standard error:\n\(run.errors)")
        for part in parts { #expect(last.contains(part), "standard error:\n\(run.errors)") }
    }

    @Test(.enabled(if: SmallFileSystem.canBeMounted, "only root can mount a file system"))
    func aFullDiskLeavesOnlyTheEarlierResults() throws {
        let disk = try SmallFileSystem(megabytes: 64)
        let first = try train(into: disk.path)
        try #require(first.status == 0, "standard error:\n\(first.errors)")
        // Leaves a megabyte free, less than the weights take.
        let free = try disk.freeBytes()
        try Data(count: free - 1 << 20).write(to: URL(fileURLWithPath: disk.path + "/filler"))
        let before = try files(in: disk.path)
        #expect(before["weights.safetensors"]?.isEmpty == false)

        let second = try train(into: disk.path, seed: 8)
        expectOneSentence(second, with: disk.path, "the disk is full")
        #expect(try files(in: disk.path) == before)
    }

    /// The first checkpoint takes 8 MB, and each later one 30 MB.
    @Test(.enabled(if: SmallFileSystem.canBeMounted, "only root can mount a file system"))
    func aDiskThatFillsDuringTrainingKeepsTheSavedCheckpoints() throws {
        let disk = try SmallFileSystem(megabytes: 60)
        let run = try train(into: disk.path, epochs: 3)
        expectOneSentence(run, with: "\(disk.path)/checkpoint-0003.safetensors", "the disk is full")
        #expect(
            try Set(files(in: disk.path).keys) == [
                "checkpoint-0001.safetensors", "checkpoint-0002.safetensors",
            ])

        try disk.resize(megabytes: 200)
        let resumed = try train(into: disk.path, epochs: 3, "--resume")
        #expect(resumed.status == 0, "standard error:\n\(resumed.errors)")
        #expect(resumed.errors.contains("checkpoint-0002.safetensors: epoch 2, after step 0"))
        let out = try TemporaryDirectory()
        #expect(try train(into: out.path, epochs: 3).status == 0)
        let weights = try [disk.path, out.path].map { try files(in: $0)["weights.safetensors"] }
        #expect(weights[0] == weights[1] && weights[0] != nil)
    }

    @Test(.enabled(if: SmallFileSystem.canBeMounted, "only root can mount a file system"))
    func aReadOnlyDirectoryIsRefusedBeforeTraining() throws {
        let disk = try SmallFileSystem(megabytes: 1)
        try disk.makeReadOnly()
        let run = try train(into: disk.path)
        expectOneSentence(run, with: disk.path, "read-only")
        #expect(!run.output.contains("Epoch"))
        #expect(try files(in: disk.path).isEmpty)
    }

    /// The limit is 1,000 blocks of 1,024 bytes, less than the weights take.
    @Test func exceedingTheFileSizeLimitIsReportedAndLeavesNoWeights() throws {
        let out = try TemporaryDirectory()
        let run = try train(into: out.path, limits: "ulimit -f 1000")
        expectOneSentence(run, with: out.path, "exceed the file size limit", "ulimit -f")
        #expect(try files(in: out.path).keys.filter { $0.contains("safetensors") } == [])
    }

    /// Writing to `/dev/full` fails, as when the file system of a log is full or the terminal is gone.
    @Test func aTrainingSavesItsWeightsWhenOutputFails() throws {
        let out = try TemporaryDirectory()
        let run = try train(into: out.path, redirection: "> /dev/full")
        expectOneSentence(run, with: "standard output", "the disk is full")
        #expect(try files(in: out.path)["weights.safetensors"]?.isEmpty == false)
        #expect(try train(into: out.path, redirection: "2> /dev/full").status == 0)
    }
}
