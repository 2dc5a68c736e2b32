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

    /// Writes the record of a run with these test losses and accuracies after its epochs, and these losses on
    /// held-out images.
    private func write(
        _ name: String, heldOut: [Double], loss: [Double], accuracy: [Double], mirrored: Double,
        recipe: Recipe? = nil
    ) throws {
        let run = try #require(StudyRun.named(name).first)
        let kept = try #require(heldOut.indices.min { heldOut[$0] < heldOut[$1] })
        let record: Record = [
            "settings": [
                "recipe": try Record(encoding: recipe ?? run.recipe), "seed": .number(Double(run.seed)),
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

    @Test func aRunIsFoundByItsNameAndARecipesNameMeansAllItsRuns() {
        for run in StudyRun.all { #expect(StudyRun.named(run.name) == [run]) }
        for recipe in Recipe.all {
            let runs = StudyRun.named(recipe.name)
            #expect(runs.count >= 2 && runs.allSatisfy { $0.recipe == recipe })
        }
        #expect(StudyRun.named("best-12").map(\.seed) == [12])
        for name in ["", "-1", "flop", "flop-1", "flip-", "flip-x", "flip-1-2"] {
            #expect(StudyRun.named(name).isEmpty, "\(name)")
        }
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

    @Test func choosingByTheTestImagesIsComparedWithChoosingByHeldOutOnes() throws {
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

    @Test func aRecordOfARecipeThatHasChangedSinceCountsAsNone() throws {
        var old = try #require(Recipe(named: "flip"))
        old.settings.epochs -= 1
        try write("flip-1", heldOut: [0.9], loss: [1], accuracy: [0.6], mirrored: 0.6, recipe: old)
        let run = try #require(StudyRun.named("flip-1").first)
        #expect(try study.recorded(run) == nil)
        #expect(try StudyResults(study).runs.isEmpty)
    }

    @Test func aDamagedRecordIsNamed() throws {
        let run = StudyRun.all[0]
        try Data("{".utf8).write(to: URL(fileURLWithPath: study.record(run)))
        #expect { try study.recorded(run) } throws: { "\($0)".contains("plain-1.json") }
    }
}

@Suite struct RecipeTests {
    @Test func theFirstTwoAreTheReportsOwn() {
        #expect(Recipe.all.prefix(2).map(\.settings) == [.plain(.full), .augmented(.full)])
        #expect(Recipe.augmented.generator == ReportSettings.generator && Recipe.plain.generator == nil)
        #expect(Recipe.plain.optimizer(trainImages: 50_000) as? Adam == Adam(learningRate: 1e-3))
        #expect(Recipe.plain.callbacks.count == 3)
    }

    @Test func aScheduleEndsWithTheLastEpochAndNothingStopsIt() throws {
        for name in ["cosine", "longer", "best"] {
            let recipe = try #require(Recipe(named: name))
            let steps = recipe.settings.epochs * 352
            let schedule = recipe.optimizer(trainImages: 45_000).schedule
            let rates = (0..<steps).map { schedule.learningRate(at: $0) }
            #expect((try #require(rates.max()) - recipe.settings.learningRate).magnitude < 1e-8)
            #expect(try #require(rates.last) < 1e-5 * recipe.settings.learningRate)
            #expect(rates[steps - 400] > 1e-5 * recipe.settings.learningRate)
            #expect(recipe.callbacks.allSatisfy { $0 is WeightAveraging })
        }
    }

    @Test func eachIngredientChangesTheReportsRecipeInOnePlace() throws {
        func differences(_ name: String) throws -> [String] {
            let recipe = try Record(encoding: try #require(Recipe(named: name))).object ?? [:]
            let report = try Record(encoding: Recipe.augmented).object ?? [:]
            return recipe.keys.filter { $0 != "name" && recipe[$0] != report[$0] }.sorted()
        }
        #expect(try differences("flip") == ["generator"])
        #expect(try differences("smoothing") == ["labelSmoothing"])
        #expect(try differences("decay") == ["weightDecay"])
        #expect(try differences("averaged") == ["averaging"])
        #expect(try differences("cosine") == ["rate", "settings"])
    }
}

@Suite struct PredictionScoreTests {
    private let model: Sequential
    private let images: ImageDataset

    init() throws {
        model = try Sequential(input: [4, 4, 3], seed: 5, threads: 1) {
            Flatten()
            Dense(10, activation: .softmax)
        }
        try model.compile()
        let pixels: [UInt8] = (0..<20 * 48).map { UInt8(truncatingIfNeeded: $0 * 77 + $0 / 48 * 13) }
        let labels: [Int32] = (0..<20).map { Int32($0 % 10) }
        let names: [String] = (0..<10).map { "\($0)" }
        images = try ImageDataset(
            images: pixels, labels: Labels(labels), imageShape: [4, 4, 3], classNames: names
        ).rescaled()
    }

    @Test func ofOnePredictionIsTheEvaluation() throws {
        let evaluation = try model.evaluate(images)
        let score = PredictionScore(try model.predict(images), of: images)
        #expect((score.loss - evaluation.loss).magnitude < 1e-5)
        #expect(score.accuracy == evaluation.accuracy)
    }

    @Test func withMirrorImagesIsTheScoreOfTheMeanProbability() throws {
        let there = try model.predict(images)
        let back = try model.predict(try images.mirrored())
        #expect(there != back)
        let expected = (0..<20).reduce(0.0) { sum, image in
            let label = image % 10
            let (first, second) = (Array(there[image])[label], Array(back[image])[label])
            return sum - log(Double(first + second) / 2)
        }
        let score = try PredictionScore(mirroring: images, by: model, batchSize: 7)
        #expect((score.loss - expected / 20).magnitude < 1e-5)
    }

    @Test func mirroringExchangesLeftAndRightAndTwiceIsNothing() throws {
        let mirrored = try images.mirrored()
        for row in 0..<4 {
            for column in 0..<4 {
                let (from, to) = ((row * 4 + column) * 3, (row * 4 + 3 - column) * 3)
                #expect(Array(images.images[from..<from + 3]) == Array(mirrored.images[to..<to + 3]))
            }
        }
        #expect(try mirrored.mirrored().images == images.images)
        #expect(mirrored.labels == images.labels)
    }

    @Test func theWatchedImagesAreRememberedInACheckpoint() throws {
        let watch = TestWatch(images, batchSize: 8)
        try model.fit(images, batchSize: 8, epochs: 12, callbacks: [watch])
        #expect(watch.losses.count == 12)
        let resumed = TestWatch(images, batchSize: 8)
        resumed.restore(try #require(watch.state))
        #expect(resumed.losses == watch.losses && resumed.accuracies == watch.accuracies)
        #expect(watch.losses.last == PredictionScore(try model.predict(images), of: images).loss)
    }
}
