import Foundation
import Testing

/// A data set that lacks a split works where the split is not needed.
@Suite(.serialized) struct PartOfDatasetTests {
    private let data: TinyCIFAR10
    private let out: String

    init() throws {
        data = try TinyCIFAR10()
        out = data.directory.url.appendingPathComponent("out").path
    }

    private func remove(_ files: String...) throws {
        for file in files {
            try FileManager.default.removeItem(at: data.directory.url.appendingPathComponent(file))
        }
    }

    private func train(_ more: String...) throws -> BigEggsProgram {
        try BigEggsProgram(
            running: BigEggsProgram.url,
            ["train", "--data", data.path, "--epochs", "1", "--batch-size", "32", "--out", out] + more)
    }

    @Test func testImagesAreUsableWithoutTrainingImages() throws {
        #expect(try train().status == 0)
        let weights = "\(out)/weights.safetensors"
        func run(_ arguments: String...) throws -> BigEggsProgram {
            try BigEggsProgram(running: BigEggsProgram.url, arguments + ["--data", data.path, "--json"])
        }
        let whole = try run("evaluate", "--weights", weights)
        try remove(contentsOf: "data_batch_")
        let alone = try run("evaluate", "--weights", weights)
        #expect(alone.status == 0 && alone.output == whole.output, "\(alone.errors)")
        #expect(try run("predict", "--weights", weights, "--first", "2").status == 0)
        #expect(try run("data").output.contains("\"images\": \(TinyCIFAR10.testImages)"))
        let training = try train("--restart")
        #expect(training.status == 1)
        #expect(training.errors.contains("holds none of data_batch_1.bin to data_batch_5.bin"))
    }

    @Test func heldOutImagesValidateWithoutTestImages() throws {
        try remove("test_batch.bin")
        let without = try train()
        #expect(without.status == 1)
        #expect(without.errors.contains("holds no test_batch.bin"))
        let heldOut = try train("--hold-out", "60")
        #expect(heldOut.status == 0, "\(heldOut.errors)")
        #expect(!heldOut.output.contains("On the test images"))
        let record = try Data(contentsOf: URL(filePath: "\(out)/training.json"))
        #expect(!String(decoding: record, as: UTF8.self).contains("\"test\""))
        let evaluation = try BigEggsProgram(
            "evaluate", "--weights", "\(out)/weights.safetensors", "--data", data.path)
        #expect(evaluation.errors.contains("holds no test_batch.bin"))
    }

    @Test func aDirectoryWithoutBatchesIsRefused() throws {
        try remove("test_batch.bin")
        try remove(contentsOf: "data_batch_")
        for command in ["data", "evaluate", "train"] {
            #expect(try BigEggsProgram(command, "--data", data.path).status == 1)
        }
    }

    private func remove(contentsOf prefix: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: data.directory.url.path)
        for name in names where name.hasPrefix(prefix) { try remove(name) }
    }
}
