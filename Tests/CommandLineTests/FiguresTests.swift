import BigEggs
import Foundation
import Testing

@Suite struct FiguresTests {
    private struct Outcome: Decodable {
        let drawn, left, written: [String]
        let missing: [String: String]
    }

    private struct Description: Decodable { let checksum: String }

    @Test func figuresAreDrawnFromRecordsExceptThoseOfOtherImages() throws {
        let data = try TinyCIFAR10()
        let run = try recordedRun(ofDataWithChecksum: "md5:of another data set")
        let json = try BigEggsProgram("figures", "--data", data.path, "--out", run.path, "--json")
        #expect(json.status == 0, "standard error:\n\(json.errors)")
        let outcome = try json.json(as: Outcome.self)
        #expect(outcome.drawn == ["class-counts"])
        #expect(outcome.left == ["sample-grid"])
        #expect(outcome.missing.keys.contains("plain-training"))
        let plots = try FileManager.default.contentsOfDirectory(atPath: run.path + "/plots").sorted()
        #expect(plots == ["csv", "png", "svg", "txt"].map { "class-counts.\($0)" })
        let numbers = try Record.read(run.path + "/report/numbers.json")
        #expect(
            numbers["numbers"]?.array?.first { $0["name"] == "TrainingImages" }?["text"]?.string == "160")
        #expect(outcome.written.count == 3 && outcome.written[0].hasSuffix("report/tables"))

        let text = try BigEggsProgram("figures", "--data", data.path, "--out", run.path)
        #expect(text.output.hasSuffix("sample-grid\n"), "the last line names what was left:\n\(text.output)")
    }

    @Test func paperFiguresHaveTheGivenWidthAndTheirOwnDirectory() throws {
        let run = try recordedRun(ofDataWithChecksum: "md5:of another data set")
        let drawn = try BigEggsProgram(
            "figures", "class-counts", "--for", "paper", "--width", "8cm", "--format", "pdf", "--out",
            run.path)
        #expect(drawn.status == 0, "standard error:\n\(drawn.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: run.path + "/plots/paper").sorted()
        #expect(files == ["class-counts.pdf", "class-counts.txt"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: run.path + "/plots") == ["paper"])
        let page = try Data(contentsOf: URL(fileURLWithPath: run.path + "/plots/paper/class-counts.pdf"))
        let text = String(decoding: page, as: UTF8.self)
        let box = try #require(text.firstMatch(of: #/MediaBox \[ ?0 0 ([0-9.]+) /#))
        #expect(abs(try #require(Double(box.1)) - 8 / 2.54 * 72) < 0.01)
        for (option, value) in [("--width", "8ft"), ("--font", "cursive"), ("--for", "poster")] {
            #expect(try BigEggsProgram("figures", option, value, "--out", run.path).status == 64)
        }
        let format = try BigEggsProgram("figures", "--format", "jpg", "--out", run.path)
        #expect(format.status == 1 && format.errors.contains("the formats are pdf, svg, png, csv"))
    }

    @Test func figuresWithImagesAreDrawnFromTheRecordedDataSet() throws {
        let data = try TinyCIFAR10()
        let checksum = try BigEggsProgram("data", "--data", data.path, "--json").json(as: Description.self)
            .checksum
        let run = try recordedRun(ofDataWithChecksum: checksum)
        let figures = try BigEggsProgram("figures", "sample-grid", "--data", data.path, "--out", run.path)
        #expect(figures.status == 0, "standard error:\n\(figures.errors)")
        #expect(FileManager.default.fileExists(atPath: run.path + "/plots/sample-grid.png"))
    }

    /// The second run has no data set. It downloads nothing and changes no figure.
    @Test func redrawingWithoutTheDatasetChangesNoFigure() throws {
        let data = try TinyCIFAR10()
        let checksum = try BigEggsProgram("data", "--data", data.path, "--json").json(as: Description.self)
            .checksum
        let run = try recordedRun(ofDataWithChecksum: checksum)
        func figures() throws -> [String: Data] {
            let names = try FileManager.default.contentsOfDirectory(atPath: run.path + "/plots")
            return try names.reduce(into: [:]) {
                $0[$1] = try Data(contentsOf: URL(fileURLWithPath: "\(run.path)/plots/\($1)"))
            }
        }
        let first = try BigEggsProgram("figures", "--data", data.path, "--out", run.path, "--json")
        #expect(try first.json(as: Outcome.self).drawn == ["class-counts", "sample-grid"])
        let before = try figures()
        #expect(before.count == 8)
        let second = try BigEggsProgram(
            running: BigEggsProgram.url, ["figures", "--out", run.path], environment: ["HOME": data.path])
        #expect(second.status == 0, "standard error:\n\(second.errors)")
        #expect(second.output.hasSuffix("sample-grid\n"))
        #expect(!second.errors.contains("Downloading"))
        #expect(try figures() == before)
    }

    /// The signal comes when the first of two figures has been drawn. Existing files are complete, and the
    /// next run draws the rest.
    @Test func aSignalWhileDrawingLeavesOnlyCompleteFiles() throws {
        let data = try TinyCIFAR10()
        let checksum = try BigEggsProgram("data", "--data", data.path, "--json").json(as: Description.self)
            .checksum
        let undisturbed = try recordedRun(ofDataWithChecksum: checksum)
        func plots(_ run: TemporaryDirectory) -> [String: Data] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: run.path + "/plots")) ?? []
            return names.reduce(into: [:]) {
                $0[$1] = FileManager.default.contents(atPath: "\(run.path)/plots/\($1)")
            }
        }
        try #require(
            try BigEggsProgram("figures", "--data", data.path, "--out", undisturbed.path).status == 0)
        let expected = plots(undisturbed)
        #expect(expected.count == 8)

        for signal in [SIGTERM, SIGINT, SIGKILL] {
            let run = try recordedRun(ofDataWithChecksum: checksum)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "--default-signal=INT,TERM", BigEggsProgram.url.path, "figures", "--data", data.path, "--out",
                run.path,
            ]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let first = run.path + "/plots/class-counts.csv"
            while process.isRunning, !FileManager.default.fileExists(atPath: first) { usleep(500) }
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            for (name, bytes) in plots(run) where !name.hasSuffix(".part") {
                #expect(bytes == expected[name], "\(name) after signal \(signal)")
            }
            let next = try BigEggsProgram("figures", "--data", data.path, "--out", run.path)
            #expect(next.status == 0, "standard error:\n\(next.errors)")
            #expect(plots(run) == expected)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: run.path + "/records")
                    == ["01-data.json"])
        }
    }

    /// The numbers for one figure are missing: its old file stays, and the other figure is drawn.
    @Test func aFailedFigureIsReportedAndTheOthersAreDrawn() throws {
        let data = try TinyCIFAR10()
        let checksum = try BigEggsProgram("data", "--data", data.path, "--json").json(as: Description.self)
            .checksum
        let run = try recordedRun(ofDataWithChecksum: checksum)
        try #require(try BigEggsProgram("figures", "--data", data.path, "--out", run.path).status == 0)
        let counts = run.url.appendingPathComponent("plots/class-counts.png")
        let samples = run.url.appendingPathComponent("plots/sample-grid.png")
        let before = try Data(contentsOf: counts)
        try FileManager.default.removeItem(at: samples)
        let record = run.url.appendingPathComponent("records/01-data.json")
        let text = try String(contentsOf: record, encoding: .utf8)
        try Data(text.replacing("classCounts", with: "counts").utf8).write(to: record)

        let figures = try BigEggsProgram("figures", "--data", data.path, "--out", run.path)
        #expect(figures.status == 1)
        #expect(figures.errors.hasPrefix("error: could not draw class-counts ("))
        #expect(figures.errors.contains("tables and numbers ("))
        #expect(figures.errors.count { $0 == "\n" } == 1)
        #expect(try Data(contentsOf: counts) == before)
        #expect(FileManager.default.fileExists(atPath: samples.path))
    }

    @Test func withoutRecordsTheErrorSaysHowToCreateThem() throws {
        let data = try TinyCIFAR10()
        let figures = try BigEggsProgram("figures", "--data", data.path, "--out", data.path + "/none")
        #expect(figures.status == 1)
        #expect(figures.output.isEmpty)
        #expect(figures.errors.hasSuffix("`bigeggs report` makes them\n"))
    }

    @Test func anUnknownFigureIsReported() throws {
        let data = try TinyCIFAR10()
        let figures = try BigEggsProgram("figures", "pie-chart", "--data", data.path, "--out", data.path)
        #expect(figures.status == 1)
        #expect(figures.errors.contains("there is no figure named pie-chart"))
    }
}
