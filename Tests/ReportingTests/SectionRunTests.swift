import BigEggs
import Foundation
import Reporting
import Testing

/// The sections as people run them: as programs, on a small data set of noise in CIFAR-10's layout.
@Suite(.serialized) struct SectionRunTests {
    let directory: TemporaryDirectory
    let out: String
    let data: String

    init() throws {
        directory = try TemporaryDirectory()
        out = directory.path + "/out"
        data = directory.path + "/data"
        try NoiseDataset.write(to: data, trainImagesPerFile: 20, testImages: 30)
    }

    func run(_ section: ReportSection, _ arguments: String...) throws -> String {
        let executable = Project.executableDirectory + "/" + section.name
        let always = ["--data", data, "--out", out]
        let output = try Command(executable, always + arguments).output()
        return String(decoding: output, as: UTF8.self)
    }

    func failure(_ section: ReportSection, _ arguments: String...) -> Command.Failed? {
        let command = Command(Project.executableDirectory + "/" + section.name, arguments)
        return #expect(throws: Command.Failed.self) { try command.output() }
    }

    @Test func aSectionWritesItsRecordItsFiguresAndItsNotebook() throws {
        let output = try run(.data)
        let record = try Record.read("\(out)/records/01-data.json")
        #expect(record[path: "results.classCounts.train"]?.integers?.reduce(0, +) == 100)
        #expect(record[path: "data.trainImages"]?.integer == 100)
        #expect(record[path: "data.statement"]?.string == "Noise.")
        #expect(record[path: "settings.profile"]?.string == "quick")
        #expect(record[path: "run.command"]?.string == "swift run -c release 01-data")
        #expect(try record.json().contains(directory.path) == false, "a record names no place on a machine")

        let notebook = try Record.read("\(out)/notebooks/01-data.ipynb")
        let outputs = notebook["cells"]?.array?.flatMap { $0["outputs"]?.array ?? [] } ?? []
        #expect(outputs.count { $0[path: "data"]?["image/png"] != nil } == 2)
        #expect(outputs.contains { $0[path: "data"]?["text/html"] != nil })
        for figure in ["class-counts", "sample-grid"] {
            #expect(FileManager.default.fileExists(atPath: "\(out)/plots/\(figure).png"))
        }
        #expect(output.contains("Next: swift run -c release 02-normalization --data \(data) --out \(out)"))
    }

    @Test func theSectionsBuildUponEachOther() throws {
        for section in ReportSection.allCases.dropFirst() { _ = try run(section, "--epochs", "1") }

        for (section, weights) in [(ReportSection.plainTraining, "plain"), (.augmentedTraining, "augmented")]
        {
            let record = try Record.read("\(out)/records/\(section.name).json")
            #expect(record[path: "results.history.val_loss"]?.numbers?.count == 1)
            #expect(record[path: "results.epochLimit"]?.integer == 1)
            #expect(record[path: "results.bestEpoch"]?.integer == 1)
            #expect(record[path: "results.overfitsFrom"]?.isNull == true)
            #expect(record[path: "results.parameterCount"]?.integer == 1_879_594)
            let checksum = try Checksum.sha256(of: "\(out)/weights/\(weights).safetensors")
            #expect(record[path: "results.weights.sha256"]?.string == checksum)
        }
        let results = try Record.read("\(out)/records/06-results.json")
        for training in ["plain", "augmented"] {
            let counted = results[path: "results.\(training).confusion"]?.matrix?.joined().reduce(0, +)
            #expect(counted == 30)
        }
        #expect(results[path: "results.explained.layer"]?.string == "conv2d_5")
        let explained = ["right", "wrong"].flatMap {
            results[path: "results.explained.\($0)"]?.array ?? []
        }
        #expect((6...12).contains(explained.count), "of 30 images at least six are right or wrong")
        for image in explained {
            let map = try #require(image["mapOfPredicted"]?.matrix)
            #expect(map.count == 8 && map.allSatisfy { $0.count == 8 && $0.allSatisfy { $0 >= 0 } })
        }
        // Section 6 evaluates the very weights that section 4 measured and saved.
        let trained = try Record.read("\(out)/records/04-plain-training.json")
        let recorded = try #require(trained[path: "results.evaluation.loss"]?.number)
        let evaluated = try #require(results[path: "results.plain.loss"]?.number)
        #expect((recorded - evaluated).magnitude < 1e-5 * recorded.magnitude)

        let demo = try Record.read("\(out)/records/07-demo.json")
        #expect(demo[path: "results.demo"]?.array?.count == 25)
    }

    @Test func whereAnEarlierSectionHasNotRunTheErrorSaysWhatToRun() throws {
        let error = failure(.results, "--data", data, "--out", out)
        #expect(error?.status == 1)
        #expect(error?.errors.contains("run `swift run -c release 04-plain-training --data \(data)") == true)
        #expect(error?.errors.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(out)/records/06-results.json"))
    }

    @Test func whereAnEarlierSectionRanOnOtherDataTheErrorSaysSo() throws {
        _ = try run(.plainTraining, "--epochs", "1")
        try NoiseDataset.write(to: data, trainImagesPerFile: 21, testImages: 30)
        let error = failure(.augmentedTraining, "--data", data, "--out", out)
        #expect(error?.status == 1)
        #expect(error?.errors.contains("section 04-plain-training was run on CIFAR-10 (md5:") == true)
    }

    @Test func weightsThatAreNotTheRecordedOnesAreRefused() throws {
        for section in [ReportSection.plainTraining, .augmentedTraining] {
            _ = try run(section, "--epochs", "1")
        }
        let plain = "\(out)/weights/plain.safetensors"
        try FileManager.default.removeItem(atPath: plain)
        try FileManager.default.copyItem(atPath: "\(out)/weights/augmented.safetensors", toPath: plain)
        let error = failure(.results, "--data", data, "--out", out)
        #expect(error?.status == 1)
        #expect(
            error?.errors.contains("plain.safetensors is not the file that section 04-plain-training") == true
        )
    }

    @Test(arguments: [
        ["--epochs", "0"], ["--threads", "-1"], ["--profile", "huge"], ["--unknown"], ["extra"],
    ])
    func aWrongOptionIsAUsageError(arguments: [String]) {
        let command = Command(Project.executableDirectory + "/04-plain-training", arguments)
        let error = #expect(throws: Command.Failed.self) { try command.output() }
        #expect(error?.status == 64)
        #expect(error?.errors.contains(arguments[0]) == true)
        #expect(error?.errors.contains("04-plain-training --help") == true)
    }

    @Test func helpTeachesWhatTheSectionDoes() throws {
        let help = try run(.augmentedTraining, "--help")
        #expect(help.contains(ReportSection.augmentedTraining.summary))
        for option in ["--profile", "--data", "--threads", "--seed", "--out", "--epochs"] {
            #expect(help.contains(option))
        }
    }

    @Test func aMissingDataSetIsOneSentence() {
        let error = failure(.data, "--data", directory.path + "/nowhere", "--out", out)
        #expect(error?.status == 1)
        #expect(error?.errors.hasPrefix("error: ") == true)
        #expect(error?.errors.contains(directory.path + "/nowhere") == true)
        #expect(error?.errors.split(separator: "\n").count == 1)
    }
}

/// A data set of noise in the files of CIFAR-10's binary version.
enum NoiseDataset {
    static func write(to directory: String, trainImagesPerFile: Int, testImages: Int) throws {
        let url = URL(fileURLWithPath: directory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for batch in 1...5 {
            try images(trainImagesPerFile, stream: UInt32(batch))
                .write(to: url.appendingPathComponent("data_batch_\(batch).bin"))
        }
        try images(testImages, stream: 0).write(to: url.appendingPathComponent("test_batch.bin"))
        let classes = "airplane automobile bird cat deer dog frog horse ship truck"
        try Data(classes.replacing(" ", with: "\n").utf8)
            .write(to: url.appendingPathComponent("batches.meta.txt"))
        try Data("Noise.".utf8).write(to: url.appendingPathComponent("PROVENANCE.txt"))
    }

    /// Labels go round the classes; a record is the label's byte and 3,072 bytes of pixels.
    private static func images(_ count: Int, stream: UInt32) -> Data {
        let random = Philox(seed: 1, purpose: .sampling)
        var bytes: [UInt8] = []
        for image in 0..<count {
            bytes.append(UInt8(image % 10))
            for pixel in 0..<3072 {
                let words = random.words(stream: stream, item: UInt32(image * 3072 + pixel))
                bytes.append(UInt8(truncatingIfNeeded: words[0]))
            }
        }
        return Data(bytes)
    }
}
