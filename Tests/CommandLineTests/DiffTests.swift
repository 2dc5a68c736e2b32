import BigEggs
import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct DiffTests {
    private static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test func twoStudyRunsDifferOnlyInTheSeedSetting() throws {
        let out = try TemporaryDirectory()
        let runs = (1...2).map { "\(Self.checkout)/report/study/fast-\($0).json" }
        let run = try BigEggsProgram(
            running: BigEggsProgram.url, ["diff"] + runs + ["--out", out.path + "/diff", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let found = try Record(json: run.output)
        #expect(found["settings"]?.array?.map { $0["key"]?.string } == ["settings.seed"])
        let meanings = Set(found["metrics"]?.array?.compactMap { $0["meaning"]?.string } ?? [])
        #expect(meanings.isSubset(of: ["within noise", "beyond noise", "machine"]))
        let names = try FileManager.default.contentsOfDirectory(atPath: out.path + "/diff").sorted()
        #expect(
            names == ["diff.csv", "diff.html", "diff.json", "diff.md", "diff.png", "diff.svg"])
        #expect(try Record.read(out.path + "/diff/diff.json") == found)
    }

    @Test func theCommittedReportDoesNotDifferFromItself() throws {
        let out = try TemporaryDirectory()
        let run = try BigEggsProgram(
            running: BigEggsProgram.url,
            ["diff", Self.checkout + "/report", Self.checkout, "--out", out.path + "/diff"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("\nNothing differs.\n"), "\(run.output)")
        #expect(run.output.hasSuffix("/diff/diff.md, and for a browser diff.html.\n"))
    }

    /// Neither run records its predictions, so they are computed from the weights.
    @Test func flipsOfTwoTrainingsMatchTheirAccuracies() throws {
        let data = try TinyCIFAR10()
        for seed in ["1", "2"] {
            let trained = try BigEggsProgram(
                "train", "--data", data.path, "--epochs", "1", "--batch-size", "32", "--seed", seed, "--out",
                data.path + "/" + seed)
            try #require(trained.status == 0, "\(trained.errors)")
        }
        let run = try BigEggsProgram(
            "diff", data.path + "/1", data.path + "/2", "--data", data.path, "--out", data.path + "/diff",
            "--json")
        #expect(run.status == 0, "\(run.errors)")
        let flips = try #require(try Record(json: run.output)["flips"]?.array?.first)
        let right = try ["1", "2"].map { seed in
            let record = try Record.read("\(data.path)/\(seed)/training.json")
            return Int(try #require(record[path: "test.accuracy"]?.number) * 40 + 0.5)
        }
        #expect(flips["images"] == 40)
        let (gained, lost) = (flips["gained"]?.integer ?? 0, flips["lost"]?.integer ?? 0)
        #expect(gained - lost == right[1] - right[0])
    }

    @Test func aPathWithoutARunIsReported() throws {
        let run = try BigEggsProgram("diff", "/nowhere", "/elsewhere")
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: /nowhere is not a run: "))
    }
}
