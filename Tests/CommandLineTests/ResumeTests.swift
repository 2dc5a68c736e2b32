import BigEggs
import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct ResumeTests {
    private let data: TinyCIFAR10
    private let out: String

    init() throws {
        data = try TinyCIFAR10()
        out = data.directory.url.appendingPathComponent("out").path
    }

    private func arguments(_ more: [String] = [], out: String? = nil, epochs: Int = 3) -> [String] {
        ["train", "--data", data.path, "--epochs", "\(epochs)", "--batch-size", "16", "--augment"]
            + ["--out", out ?? self.out] + more
    }

    private func run(_ more: String..., out: String? = nil, epochs: Int = 3) throws -> BigEggsProgram {
        try BigEggsProgram(
            running: BigEggsProgram.url, arguments(more, out: out, epochs: epochs))
    }

    /// Starts a training of very many epochs, and sends it signals when its first epoch is saved.
    ///
    /// By default, `env` restores the default actions of signals, as in a program started at a terminal.
    ///
    /// - Returns: the exit status, or the negative number of the signal that ended it, and standard error.
    private func signalled(
        _ signals: [Int32], apart microseconds: UInt32 = 0,
        disposition: String = "--default-signal=INT,TERM,HUP"
    ) throws -> (status: Int32, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [disposition, BigEggsProgram.url.path] + arguments(epochs: 1000)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try data.directory.emptyFile("errors")
        try process.run()
        while process.isRunning, Checkpoints(in: out).files.first?.hasSuffix("1.safetensors") != false {
            usleep(1000)
        }
        for signal in signals {
            kill(process.processIdentifier, signal)
            usleep(microseconds)
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        return (
            process.terminationReason == .exit ? status : -status, try data.directory.text("errors")
        )
    }

    private func weights(in directory: String) throws -> Data {
        try Data(contentsOf: URL(filePath: directory + "/weights.safetensors"))
    }

    private func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalledTrainingSavesACheckpointAndCanBeResumed(signal: Int32) throws {
        let (status, errors) = try signalled([signal])
        #expect(status == 128 + signal)
        #expect(errors.contains("the training was interrupted"))
        #expect(errors.contains("Go on with: "))
        #expect(errors.contains("--out \(out) --resume\n"))
        #expect(try names(in: out).allSatisfy { $0.hasPrefix("checkpoint-0") })
        let newest = try #require(try Checkpoints(in: out).newest())
        let begun = newest.checkpoint.progress.epoch + 1

        let refused = try run()
        #expect(refused.status == 1)
        #expect(refused.errors.contains("add --resume to go on, --restart to begin again"))

        let resumed = try run("--resume", epochs: begun)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("going on from \(newest.file)"))
        let undisturbed = data.directory.url.appendingPathComponent("undisturbed").path
        #expect(try run(out: undisturbed, epochs: begun).status == 0)
        #expect(try weights(in: out) == weights(in: undisturbed))
        #expect(try names(in: out) == ["training.json", "weights.safetensors"])
    }

    @Test func aSignalThatIsIgnoredFromTheStartStaysIgnored() throws {
        // If both signals came at once, SIGTERM would be handled first even if SIGHUP were not ignored.
        let (status, _) = try signalled(
            [SIGHUP, SIGTERM], apart: 100_000, disposition: "--ignore-signal=HUP")
        #expect(status == 128 + SIGTERM)
    }

    /// A process group and a parent that passes signals on may both deliver the same request.
    @Test func twoSignalsAtOnceAreOneRequest() throws {
        let (status, _) = try signalled([SIGTERM, SIGINT])
        #expect(status == 128 + SIGTERM || status == 128 + SIGINT)
        let newest = try #require(try Checkpoints(in: out).newest())
        #expect(newest.checkpoint.progress.epoch > 0)
        #expect(try names(in: out).allSatisfy { $0.hasPrefix("checkpoint-0") })
    }

    @Test func changedSettingsAreRefusedAndRestartBeginsAgain() throws {
        _ = try signalled([SIGINT])
        let files = try names(in: out)
        let other = try BigEggsProgram(
            running: BigEggsProgram.url,
            arguments(["--resume", "--batch-size", "20", "--threads", "1"], epochs: 1000))
        #expect(other.status == 1)
        #expect(
            other.errors.contains("batch size was 16, now 20; steps an epoch was 10, now 8"),
            "\(other.errors)")
        #expect(try names(in: out) == files)
        #expect(try run("--restart", epochs: 1).status == 0)
        #expect(try names(in: out) == ["training.json", "weights.safetensors"])
    }

    @Test func resumingWithChangedImagesIsRefused() throws {
        _ = try signalled([SIGTERM])
        let batch = data.directory.url.appendingPathComponent("data_batch_2.bin")
        var bytes = try Data(contentsOf: batch)
        bytes[100] ^= 1
        try bytes.write(to: batch)
        let files = try names(in: out)
        let resumed = try run("--resume", epochs: 1000)
        #expect(resumed.status == 1)
        #expect(resumed.errors.contains("training data was 160 images ("), "\(resumed.errors)")
        #expect(try names(in: out) == files)
    }

    @Test func aFinishedTrainingIsNotRepeated() throws {
        let first = try run("--resume", epochs: 1)
        #expect(first.status == 0)
        #expect(first.errors.contains("nothing to resume"))
        let second = try run("--resume", epochs: 1)
        #expect(second.status == 0)
        #expect(second.output.hasPrefix("The training has ended already"))
        // If its weights are gone, it is trained again.
        let weights = URL(filePath: out + "/weights.safetensors")
        let trained = try Data(contentsOf: weights)
        try FileManager.default.removeItem(at: weights)
        #expect(try run("--resume", epochs: 1).errors.contains("nothing to resume"))
        #expect(try Data(contentsOf: weights) == trained)
    }

    /// Weights that took hours are not replaced by those of a new training.
    @Test func resumingAFinishedTrainingWithOtherSettingsIsRefused() throws {
        #expect(try run(epochs: 1).status == 0)
        func refuses(_ more: String..., epochs: Int, _ about: Comment) throws {
            let before = try names(in: out).map { try Data(contentsOf: URL(filePath: "\(out)/\($0)")) }
            let resumed = try BigEggsProgram(
                running: BigEggsProgram.url, arguments(["--resume"] + more, epochs: epochs))
            #expect(resumed.status == 1, about)
            #expect(resumed.errors.contains("is of a training that has ended"), about)
            #expect(resumed.errors.contains("give another --out, or train anew there with --restart"), about)
            let after = try names(in: out).map { try Data(contentsOf: URL(filePath: "\(out)/\($0)")) }
            #expect(after == before, about)
        }
        try refuses(epochs: 2, "more epochs")
        try refuses("--seed", "8", epochs: 1, "another seed")
        let weights = URL(filePath: out + "/weights.safetensors")
        let trained = try Data(contentsOf: weights)
        try Data(trained.dropLast(4)).write(to: weights)
        try refuses(epochs: 1, "weights that are not those of the record")
        try FileManager.default.removeItem(atPath: out + "/training.json")
        try refuses(epochs: 1, "weights without a record")
        #expect(try run("--restart", epochs: 1).status == 0)
        #expect(try Data(contentsOf: weights) == trained)
    }

    @Test func theOutputDirectoryOfARunningTrainingIsRefused() throws {
        let process = Process()
        process.executableURL = BigEggsProgram.url
        process.arguments = arguments(epochs: 1000)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        while process.isRunning, Checkpoints(in: out).files.isEmpty { usleep(1000) }
        let second = try run("--restart")
        #expect(second.status == 1)
        #expect(second.errors.contains("process \(process.processIdentifier) ("), "\(second.errors)")
        #expect(second.errors.contains("is writing to"))
        #expect(process.isRunning)
    }

    @Test func resumeAndRestartExcludeEachOther() throws {
        #expect(try run("--resume", "--restart").status == 64)
    }
}
