import BigEggs
import Foundation
import Reporting
import Testing

@Suite struct StudyTests {
    private let directory: TemporaryDirectory
    private let study: Study

    init() throws {
        directory = try TemporaryDirectory()
        study = Study(project: Project(root: directory.path))
        try FileManager.default.createDirectory(atPath: study.records, withIntermediateDirectories: true)
    }

    /// Writes the record of a run: for each epoch, the loss on held-out images and the loss and accuracy on
    /// the test images; and the test accuracy with mirror images.
    private func write(
        _ name: String, heldOut: [Double], loss: [Double], accuracy: [Double], mirrored: Double,
        described: Record? = nil
    ) throws {
        let run = try #require(try StudyRun.named(name).first)
        let kept = try #require(heldOut.indices.min { heldOut[$0] < heldOut[$1] })
        let record: Record = [
            "settings": [
                "recipe": try described ?? Record(encoding: run.recipe), "seed": .number(Double(run.seed)),
                "heldOutImages": 5000, "threads": 2,
            ],
            "engine": ["precision": "bfloat16"],
            "results": [
                "epochsRun": try Record(encoding: heldOut.count), "trainingSeconds": 60,
                "evaluation": ["loss": .number(heldOut[kept]), "accuracy": 0.5],
                "history": [
                    "loss": .numbers(heldOut.map { $0 / 2 }), "accuracy": .numbers(heldOut.map { _ in 0.75 }),
                    "val_loss": .numbers(heldOut), "val_accuracy": .numbers(heldOut.map { _ in 0.5 }),
                ],
            ],
            "test": [
                "keptEpoch": try Record(encoding: kept + 1), "loss": .number(loss[kept]),
                "accuracy": .number(accuracy[kept]),
                "mirrored": ["loss": .number(loss[kept]), "accuracy": .number(mirrored)],
                "history": ["loss": .numbers(loss), "accuracy": .numbers(accuracy)],
            ],
        ]
        try record.write(to: study.record(run))
    }

    @Test func aRunNameFindsOneRunAndARecipeNameAllItsRuns() throws {
        #expect(Set(StudyRun.all.map(\.name)).count == StudyRun.all.count)
        for run in StudyRun.all { #expect(try StudyRun.named(run.name) == [run]) }
        for recipe in Recipe.all {
            let runs = try StudyRun.named(recipe.name)
            #expect(runs.count >= 2 && runs.allSatisfy { $0.recipe == recipe })
        }
        #expect(try StudyRun.named("best-12").map(\.seed) == [12])
        for name in [
            "", "-1", "flop", "flop-1", "flip-", "flip-x", "flip-1-2", "flip-held-out-1", "fast-held-in",
        ] {
            #expect(try StudyRun.named(name).isEmpty, "\(name)")
        }
    }

    @Test func fastRunsTrainOnAllImagesUnlessSomeAreHeldOut() throws {
        let run = try #require(try StudyRun.named("fast-2").first)
        #expect(run.arguments == ["--recipe", "fast", "--seed", "2"])
        let heldOut = try StudyRun.named("fast-held-out")
        #expect(
            heldOut.map(\.name) == ["fast-held-out-1"]
                && heldOut[0].arguments.suffix(2) == ["--hold-out", "5000"])
        #expect(heldOut[0].command == "bigeggs study fast-held-out-1")
        #expect(try StudyRun.named("fast").count == 5)
        for recipe in Recipe.fastWithoutOne {
            #expect(try StudyRun.named(recipe.name).map(\.seed) == [1, 2, 3])
        }
    }

    /// Writes the record of a training of the fast network.
    private func write(_ name: String, test: Double, views: Double, heldOut: Double? = nil) throws {
        let run = try #require(try StudyRun.named(name).first)
        let seconds: Record = [10, 20]
        var record: Record = [
            "settings": [
                "recipe": try Record(encoding: run.recipe), "seed": .number(Double(run.seed)), "threads": 2,
                "trainImages": .number(Double(50_000 - run.heldOut)),
                "heldOutImages": .number(Double(run.heldOut)),
            ],
            "engine": ["precision": "float32", "instructionSet": "AVX2"],
            "results": [
                "peakMemoryBytes": 1000, "trainingSeconds": 30,
                "evaluation": ["loss": 0.5, "accuracy": .number(heldOut ?? test)],
                "history": ["seconds": seconds, "val_accuracy": [0.5, .number(test)]],
            ],
            "test": [
                "loss": 0.5, "accuracy": .number(test), "views": ["loss": 0.4, "accuracy": .number(views)],
            ],
        ]
        if heldOut != nil { record["test"]?["history"] = ["accuracy": [0.25, .number(test)]] }
        try record.write(to: study.record(run))
    }

    @Test func anIngredientsEffectIsADifferenceOfMeanAccuracies() throws {
        try write("fast-1", test: 0.89, views: 0.90)
        try write("fast-2", test: 0.91, views: 0.92)
        try write("fast-held-out-1", test: 0.88, views: 0.89, heldOut: 0.87)
        try write("fast-without-muon-3", test: 0.85, views: 0.86)
        let results = try FastResults(study)
        #expect(results.runs.map(\.name) == ["fast-1", "fast-2", "fast-held-out-1", "fast-without-muon-3"])
        #expect(results.runs[2].heldOut?.accuracy == 0.87 && results.runs[2].accuracies == [0.25, 0.88])
        #expect(results.runs[0].heldOut == nil && results.runs[0].accuracies == [0.5, 0.89])
        #expect(results.runs[0].seconds == 30)
        // Runs with held-out images are not part of the means.
        #expect(results.recipes.map(\.recipe) == ["fast", "fast-without-muon"])
        #expect(results.recipes[0].seeds == [1, 2] && results.recipes[0].planned == 5)
        #expect((results.recipes[0].views.mean - 0.91).magnitude < 1e-12)
        #expect(results.ingredients.map(\.ingredient) == ["Muon", "test views"])
        #expect((results.ingredients[0].loss - 0.05).magnitude < 1e-12)
        #expect((results.ingredients[1].loss - 0.01).magnitude < 1e-12)
        #expect(results.planned == 19 && StudyRun.fast.count == 19)
    }

    @Test func withoutRunsOfTheFullRecipeNoEffectIsComputed() throws {
        try write("fast-without-muon-3", test: 0.85, views: 0.86)
        #expect(try FastResults(study).ingredients.isEmpty)
    }

    @Test func gainsAreDifferencesOfMeansToTheReportsRecipe() throws {
        try write(
            "augmented-1", heldOut: [0.9, 0.7], loss: [1, 0.8], accuracy: [0.6, 0.70], mirrored: 0.71)
        try write(
            "augmented-3", heldOut: [0.9, 0.7], loss: [1, 0.6], accuracy: [0.6, 0.74], mirrored: 0.75)
        try write("flip-2", heldOut: [0.9, 0.7], loss: [1, 0.5], accuracy: [0.6, 0.81], mirrored: 0.82)
        let results = try StudyResults(study)
        #expect(results.runs.map(\.name) == ["augmented-1", "augmented-3", "flip-2"])
        #expect(results.recipes.map(\.recipe) == ["augmented", "flip"])
        #expect(results.runs[2].trainHistory == ["loss": [0.45, 0.35], "accuracy": [0.75, 0.75]])
        let (augmented, flip) = (results.recipes[0], results.recipes[1])
        #expect(augmented.seeds == [1, 3] && augmented.planned == 3)
        #expect((augmented.accuracy.mean - 0.72).magnitude < 1e-12 && augmented.accuracy.low == 0.70)
        #expect((try #require(augmented.accuracy.deviation) - 0.02 * 2.0.squareRoot()).magnitude < 1e-12)
        #expect((try #require(flip.gain) - 0.09).magnitude < 1e-12 && flip.accuracy.deviation == nil)
        #expect((augmented.mirroredAccuracy.mean - 0.73).magnitude < 1e-12)
    }

    @Test func epochChoiceByTestImagesIsComparedWithChoiceByHeldOutImages() throws {
        try write(
            "plain-1", heldOut: [0.9, 0.6, 0.7], loss: [1, 0.8, 0.75], accuracy: [0.6, 0.72, 0.71],
            mirrored: 0.73)
        try write("flip-1", heldOut: [0.9], loss: [1], accuracy: [0.6], mirrored: 0.6)
        let selection = try StudyResults(study).selection
        #expect(selection.map(\.run) == ["plain-1"])
        #expect(selection[0].epochByHeldOut == 2 && selection[0].byHeldOut.accuracy == 0.72)
        #expect(selection[0].epochByTest == 3 && selection[0].byTest.loss == 0.75)
        #expect((selection[0].flattery + 0.01).magnitude < 1e-12 && selection[0].highestAccuracy == 0.72)
    }

    @Test func aRecordOfAChangedRecipeIsIgnored() throws {
        let flip = try #require(Recipe(named: "flip"))
        var old = flip
        old.epochs -= 1
        for (recipe, counts) in [(flip, true), (old, false)] {
            try write(
                "flip-1", heldOut: [0.9], loss: [1], accuracy: [0.6], mirrored: 0.6,
                described: Record(encoding: recipe))
            let run = try #require(try StudyRun.named("flip-1").first)
            #expect(try (study.recorded(run) != nil) == counts)
            #expect(try StudyResults(study).runs.isEmpty != counts)
        }
    }

    /// The records describe recipes in the form of earlier versions, without settings that came later.
    @Test func theCommittedRecordsMatchTheCurrentRecipes() throws {
        let committed = Study(project: Project(root: try Checkout.root))
        let recorded = try StudyRun.beyond.filter { try committed.recorded($0) != nil }
        #expect(recorded == StudyRun.beyond && recorded.count >= 20)
        let run = try #require(try StudyRun.named("best-1").first)
        var record = try Record.read(committed.record(run))
        #expect(run.isDescribed(by: record))
        record["settings"]?["recipe"]?["weightDecay"] = 0.1
        #expect(!run.isDescribed(by: record))
    }

    @Test func aRecipeFileHasItsOwnRunsAndRecordDirectory() throws {
        let file = directory.path + "/wide.json"
        try Data(#"{"epochs": 3}"#.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try StudyRun.named(file).map(\.name) == ["wide-1", "wide-2"])
        let run = try #require(try StudyRun.named(file + "-7").first)
        #expect(run.seed == 7 && run.command == "bigeggs study \(file)-7")
        #expect(run.arguments.prefix(2) == ["--recipe", file])
        #expect(study.record(run) == "\(study.runs)/records/wide-7.json")
        #expect(throws: FileError.self) { try StudyRun.named("nowhere.json") }
    }

    @Test func aDamagedRecordIsReported() throws {
        let run = StudyRun.all[0]
        try Data("{".utf8).write(to: URL(fileURLWithPath: study.record(run)))
        #expect { try study.recorded(run) } throws: { "\($0)".contains("plain-1.json") }
        #expect { try StudyResults(study) } throws: { "\($0)".contains("plain-1.json") }
    }

    private func error(ofStatus status: Int32) throws -> ReportingError {
        let error = #expect(throws: ReportingError.self) {
            try study.train(StudyRun.all[0], options: [], here: { _ in status })
        }
        return try #require(error)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1])
    func aTrainingEndedByASignalIsReportedAsInterrupted(signal: Int32) throws {
        let error = try error(ofStatus: 128 + signal)
        #expect("\(error)".contains("`bigeggs study plain-1` resumes it"))
        #expect(error.exitStatus == 128 + signal)
    }

    @Test(arguments: [1, 128 + SIGKILL, 128 + SIGSEGV])
    func aTrainingThatEndedOtherwiseIsReportedAsFailed(status: Int32) throws {
        let error = try error(ofStatus: status)
        #expect("\(error)".contains("for the reason above") && error.exitStatus == 1)
    }
}
