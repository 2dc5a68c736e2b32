import Foundation
import Testing

@Suite struct FailureTests {
    /// Expects status 1, one line on standard error that names the cause, and nothing on standard output.
    private func expectOneLine(_ run: BigEggsProgram, naming culprit: String) {
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("error: "), "standard error:\n\(run.errors)")
        #expect(run.errors.contains(culprit), "standard error:\n\(run.errors)")
        #expect(run.errors.count { $0 == "\n" } == 1, "standard error:\n\(run.errors)")
    }

    @Test func aMissingDataPathIsReported() throws {
        let missing = "/nowhere/cifar-10-binary.tar.gz"
        expectOneLine(try BigEggsProgram("data", "--data", missing), naming: missing)
        expectOneLine(try BigEggsProgram("train", "--data", missing), naming: missing)
    }

    @Test func aTruncatedBatchIsReported() throws {
        let data = try TinyCIFAR10()
        let batch = data.directory.url.appendingPathComponent("data_batch_3.bin")
        try Data(try Data(contentsOf: batch).dropLast(100)).write(to: batch)
        expectOneLine(try BigEggsProgram("data", "--data", data.path), naming: "data_batch_3.bin")
    }

    @Test func missingWeightsAreReported() throws {
        let missing = "/nowhere/weights.safetensors"
        expectOneLine(try BigEggsProgram("evaluate", "--weights", missing), naming: missing)
        expectOneLine(try BigEggsProgram("predict", "--weights", missing), naming: missing)
        expectOneLine(try BigEggsProgram("export", "--onnx", "m.onnx", "--weights", missing), naming: missing)
    }

    @Test func aFileWithoutWeightsIsReported() throws {
        let data = try TinyCIFAR10()
        let file = data.directory.url.appendingPathComponent("batches.meta.txt")
        expectOneLine(
            try BigEggsProgram("evaluate", "--weights", file.path, "--data", data.path),
            naming: "batches.meta.txt")
    }

    @Test func anOutputDirectoryThatIsAFileIsReported() throws {
        let data = try TinyCIFAR10()
        let file = data.directory.url.appendingPathComponent("batches.meta.txt")
        expectOneLine(
            try BigEggsProgram("train", "--data", data.path, "--out", file.path), naming: "batches.meta.txt")
    }
}
