import BigEggs
import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct ExportTests {
    private struct Prediction: Decodable {
        let probabilities: [Double]
    }
    private struct ReadFile: Decodable {
        let doc: String
        let metadata: [String: String]
        let output: [[Double]]
    }
    private struct Exported: Decodable {
        let file, weights: String
        let classNames: [String]?
    }

    /// Runs the tests' own ONNX reader on a file.
    private func read(_ file: URL, on pixels: URL) throws -> ReadFile {
        let reader = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Python/onnx_reader.py").path
        let run = try BigEggsProgram(
            running: URL(fileURLWithPath: "/usr/bin/python3"), [reader, file.path, pixels.path])
        #expect(run.status == 0, "standard error:\n\(run.errors)")
        return try run.json(as: ReadFile.self)
    }

    @Test func anExportedNetworkTakesPixelsAndAgreesWithPredict() throws {
        let data = try TinyCIFAR10()
        let directory = data.directory.url
        let out = directory.appendingPathComponent("out")
        let train = try BigEggsProgram(
            "train", "--data", data.path, "--epochs", "1", "--batch-size", "32", "--out", out.path)
        #expect(train.status == 0, "standard error:\n\(train.errors)")
        let weights = out.appendingPathComponent("weights.safetensors").path
        let file = directory.appendingPathComponent("model.onnx")
        let export = try BigEggsProgram("export", "--onnx", file.path, "--weights", weights)
        #expect(export.status == 0, "standard error:\n\(export.errors)")
        #expect(export.output == "\(file.path) holds the network with the weights of \(weights)\n")

        // A record is a label and three color planes; the planes are interleaved to pixels.
        let records = try Data(contentsOf: directory.appendingPathComponent("test_batch.bin"))
        var pixels: [UInt8] = []
        for record in 0..<5 {
            let planes = records[(3073 * record + 1)...]
            for pixel in planes.startIndex..<planes.startIndex + 1024 {
                pixels += [planes[pixel], planes[pixel + 1024], planes[pixel + 2048]]
            }
        }
        let images = directory.appendingPathComponent("pixels")
        try Data(pixels).write(to: images)
        let found = try read(file, on: images)
        #expect(found.doc.contains("images, float32 [batch, 32, 32, 3]: "))
        #expect(found.metadata["Image.NominalPixelRange"] == "NominalRange_0_255")
        let names = try JSONDecoder().decode(
            [String].self, from: Data(try #require(found.metadata["class_names"]).utf8))
        #expect(names.count == 10 && names.first == "airplane" && names.last == "truck")

        let predict = try BigEggsProgram(
            "predict", "--weights", weights, "--data", data.path, "--first", "5", "--json")
        let predictions = try predict.json(as: [Prediction].self)
        #expect(found.output.count == predictions.count)
        for (output, prediction) in zip(found.output, predictions) {
            for (left, right) in zip(output, prediction.probabilities) { #expect(abs(left - right) < 1e-4) }
        }

        // Weights without class names.
        let other = directory.appendingPathComponent("other.safetensors")
        try Safetensors.write(try Safetensors.read(weights), to: other.path)
        let unnamed = try BigEggsProgram(
            "export", "--onnx", file.path, "--weights", other.path, "--json"
        ).json(as: Exported.self)
        #expect(unnamed.classNames == nil && unnamed.file == file.path && unnamed.weights == other.path)
        #expect(try read(file, on: images).metadata["class_names"] == nil)
        let given = try BigEggsProgram(
            "export", "--onnx", file.path, "--weights", other.path, "--class-names", "a,b,c,d,e,f,g,h,i,j",
            "--json"
        ).json(as: Exported.self)
        #expect(given.classNames?.joined() == "abcdefghij")

        let few = try BigEggsProgram(
            "export", "--onnx", file.path, "--weights", other.path, "--class-names", "a,b")
        #expect(few.status == 1)
        #expect(
            few.errors
                == "error: the number of class names is 2: give 10, one for each output, or none\n")
    }

    @Test func exportDefaultsToTheCommittedReportsWeights() throws {
        let data = try TinyCIFAR10()
        let checkout = try TemporaryDirectory()
        let files = FileManager.default
        for directory in ["bin", "notebooks", "report/weights"] {
            try files.createDirectory(
                atPath: "\(checkout.path)/\(directory)", withIntermediateDirectories: true)
        }
        try Data().write(to: checkout.url.appendingPathComponent("Package.swift"))
        let program = checkout.url.appendingPathComponent("bin/bigeggs")
        try files.copyItem(at: BigEggsProgram.url, to: program)
        let weights = checkout.url.appendingPathComponent("report/weights/augmented.safetensors")
        func export() throws -> BigEggsProgram {
            try BigEggsProgram(
                running: program, ["export", "--onnx", "\(checkout.path)/model.onnx", "--json"])
        }
        let missing = try export()
        #expect(missing.status == 1)
        #expect(
            missing.errors.hasPrefix("error: there are no weights to read at \(weights.path): "),
            "standard error:\n\(missing.errors)")

        let out = data.directory.url.appendingPathComponent("out")
        let train = try BigEggsProgram(
            "train", "--data", data.path, "--epochs", "1", "--limit", "32", "--out", out.path)
        #expect(train.status == 0, "standard error:\n\(train.errors)")
        try files.copyItem(at: out.appendingPathComponent("weights.safetensors"), to: weights)
        let exported = try export().json(as: Exported.self)
        #expect(exported.weights == weights.path)
        #expect(exported.classNames?.first == "airplane" && exported.classNames?.count == 10)
    }
}
