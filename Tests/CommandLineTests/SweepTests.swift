import BigEggs
import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct SweepTests {
    private let data: TinyCIFAR10
    private var recipe: String { data.path + "/tiny.json" }

    init() throws {
        data = try TinyCIFAR10()
        let recipe = """
            {"epochs": 1, "network": [{"class_name": "Conv2D", "config": {"filters": 8, "kernel_size": 3}},
             "GlobalAveragePooling2D",
             {"class_name": "Dense", "config": {"units": "classes", "activation": "softmax"}}]}
            """
        try Data(recipe.utf8).write(to: URL(fileURLWithPath: self.recipe))
    }

    /// Six small trainings.
    private func arguments(_ out: String, _ more: [String] = []) -> [String] {
        ["sweep", "--recipe", recipe, "--set", "learning_rate=1e-3,3e-3,1e-2", "--set", "batch_size=16"]
            + ["--seeds", "2", "--epochs", "1", "--data", data.path, "--out", data.path + "/" + out] + more
    }

    private func run(_ out: String, _ more: String...) throws -> BigEggsProgram {
        try BigEggsProgram(running: BigEggsProgram.url, arguments(out, more))
    }

    /// The records without times, speed and memory.
    private func records(_ out: String) throws -> [String: Record] {
        let directory = "\(data.path)/\(out)/records"
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                var record = try Record.read("\(directory)/\(name)")
                for key in ["trainingSeconds", "imagesPerSecond", "peakMemoryBytes"] {
                    record["results"]?[key] = nil
                }
                record["results"]?["history"]?["seconds"] = nil
                return (name, record)
            })
    }

    @Test func aKilledSweepResumesAndEndsWithTheSameRecords() throws {
        let process = Process()
        process.executableURL = BigEggsProgram.url
        process.arguments = arguments("killed")
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Kills the sweep during the third of six trainings.
        let third = data.path + "/killed/tiny.learning_rate-0.01.batch_size-16-1"
        while process.isRunning, !FileManager.default.fileExists(atPath: third) { usleep(1000) }
        try #require(process.isRunning)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        // The training has its own process, which ends when its parent does.
        while (try? OutputLock(third))?.release() == nil { usleep(1000) }
        let before = try records("killed").count
        #expect(before == 2)

        let resumed = try run("killed")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output.contains("Training 1 of 4: learning_rate 0.01, batch_size 16, seed 1"))
        #expect(try run("undisturbed").status == 0)
        let (found, expected) = (try records("killed"), try records("undisturbed"))
        #expect(found.count == 6)
        #expect(found == expected)

        let again = try run("killed", "--json")
        #expect(again.status == 0)
        let results = try Record(json: again.output)
        #expect(results["planned"] == 6)
        let combinations = try #require(results["combinations"]?.array)
        #expect(combinations.count == 3 && combinations.allSatisfy { $0["runs"]?.array?.count == 2 })
        let means = combinations.compactMap { $0[path: "heldOutAccuracy.mean"]?.number }
        #expect(means == means.sorted(by: >))
        // The accuracy of a run is the one in its record.
        let first = try #require(combinations.first)
        let own = try #require(first[path: "runs.0.record"]?.string)
        #expect(
            try Record.read("\(data.path)/killed/\(own)")[path: "results.evaluation.accuracy"]
                == first[path: "runs.0.heldOut.accuracy"])
        for file in ["sweep.md", "sweep.csv", "sweep.svg", "sweep.png"] {
            #expect(FileManager.default.fileExists(atPath: "\(data.path)/killed/\(file)"), "\(file)")
        }

        let other = try run("killed", "--limit", "100")
        #expect(other.status == 1)
        #expect(other.errors.contains("another number of training images"))
    }

    @Test func aDryRunReportsCountAndTimeAndTrainsNothing() throws {
        let told = try run("dry", "--dry-run")
        #expect(told.status == 0, "\(told.errors)")
        #expect(told.output.contains("Trainings: 6, of which 0 are recorded. The others take "))
        #expect(!FileManager.default.fileExists(atPath: data.path + "/dry"))
        let planned = try run("dry", "--dry-run", "--json").json(as: [String: Double].self)
        #expect(planned["trainings"] == 6 && planned["recorded"] == 0)
        #expect(try #require(planned["seconds"]) > 0)
    }

    @Test func aFailedTrainingIsReportedAndDoesNotStopTheOthers() throws {
        let run = try BigEggsProgram(
            running: BigEggsProgram.url,
            ["sweep", "--recipe", recipe, "--set", "optimizer.learning_rate=1e30,1e-3", "--epochs", "1"]
                + ["--data", data.path, "--out", data.path + "/failing"])
        #expect(run.status == 1)
        let name = "tiny.optimizer.learning_rate-1-1"
        #expect(run.errors.contains("a training failed, for the reason above: \(name)"), "\(run.errors)")
        #expect(run.output.contains("Training 2 of 2"))
        #expect(try records("failing").count == 1)
    }

    @Test func anUnknownSettingIsAUsageError() throws {
        let run = try BigEggsProgram(running: BigEggsProgram.url, ["sweep", "--set", "learnin_rate=1"])
        #expect(run.status == 64)
        #expect(run.errors.contains("a recipe has no setting \"learnin_rate\""))
        #expect(try BigEggsProgram("sweep").status == 64)
    }
}
