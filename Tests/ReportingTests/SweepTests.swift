import BigEggs
import Foundation
import Reporting
import Testing

@Suite struct SweepTests {
    private func sweep(_ settings: String..., of recipe: String = "plain", seeds: Int = 1) throws -> Sweep {
        try Sweep(
            of: Recipe(recipe), settings.map { try SweepSetting($0) }, seeds: seeds, in: "/nowhere/sweep")
    }

    /// The recipes as written to their files.
    private func recipes(_ sweep: Sweep) throws -> [Record] {
        try sweep.combinations.map { try Record(encoding: $0.recipe) }
    }

    @Test func everyCombinationIsTrainedWithEverySeed() throws {
        let sweep = try sweep("learning_rate=1e-3,3e-3", "batch_size=64,128", seeds: 3)
        #expect(
            sweep.combinations.map(\.values) == [[0.001, 64], [0.001, 128], [0.003, 64], [0.003, 128]])
        #expect(sweep.runs.count == 12 && Set(sweep.runs.map(\.name)).count == 12)
        #expect(sweep.runs[5].name == "plain.learning_rate-0.001.batch_size-128-2")
        #expect(sweep.combinations[2].recipe.batchSize == 64)
    }

    private static let places: [(argument: String, path: String, value: Record)] = [
        ("batch_size=32", "batch_size", 32),
        ("learning_rate=0.01", "optimizer.config.learning_rate", 0.01),
        ("optimizer.beta_1=0.8", "optimizer.config.beta_1", 0.8),
        ("augmentation.rotation_range=30", "augmentation.rotation_range", 30),
        ("callbacks.EarlyStopping.patience=3", "callbacks.1.config.patience", 3),
        ("callbacks.0.patience=3", "callbacks.0.config.patience", 3),
        ("network.Dropout.rate=0.25", "network.20.config.rate", 0.25),
        ("precision=bfloat16", "precision", "bfloat16"),
    ]

    @Test(arguments: places)
    func aSettingNameChangesOnlyThatSetting(_ argument: String, _ path: String, _ value: Record) throws {
        let described = try recipes(sweep(argument))[0]
        #expect(described[path: path] == value)
        let before = try recipes(sweep("epochs=\(Recipe.plain.epochs)"))[0]
        #expect(described[path: path] != before[path: path])
        let changed = ["name", String(path.prefix { $0 != "." })]
        func rest(_ record: Record) -> [String: Record]? {
            record.object?.filter { !changed.contains($0.key) }
        }
        #expect(rest(described) == rest(before))
    }

    @Test func aLearningRateSetsTheSchedulesInitialRate() throws {
        let path = "optimizer.config.learning_rate.config.initial_learning_rate"
        let cosine = try recipes(sweep("learning_rate=0.1,0.2", of: "cosine"))
        #expect(cosine.map { $0[path: path] } == [0.1, 0.2])
        let muon = try recipes(sweep("learning_rate=0.1", of: "fast"))[0]
        #expect(muon[path: path] == 0.1)
        #expect(muon[path: "optimizer.config.learning_rate.class_name"] == "PolynomialDecay")
    }

    @Test func sweepingTheRecipesOwnValueDoesNotChangeTheRecipe() throws {
        for (recipe, setting) in [("augmented", "learning_rate=0.001"), ("fast", "epochs=8")] {
            var own = try Record(encoding: Recipe(recipe))
            var swept = try recipes(sweep(setting, of: recipe))[0]
            for key in ["name", "network", "loss"] {
                own[key] = nil
                swept[key] = nil
            }
            #expect(own == swept)
        }
    }

    @Test(arguments: [
        (["learning_rate"], "write it as in --set learning_rate=1e-3,3e-3"),
        (["learning_rate="], "is not a setting and its values"),
        (["=1"], "is not a setting and its values"),
        (["batch_size=32,,64"], "is not a setting and its values"),
        (["batch_size=32,64,32"], "--set batch_size has the value 32 twice"),
        (["batch_size=32", "batch_size=64"], "--set batch_size is there twice"),
        (["batch_size=x"], "with batch_size x the recipe is invalid: a recipe: \"batch_size\" is \"x\""),
        (["learnin_rate=1"], "a recipe has no setting \"learnin_rate\""),
        (["network.Drop.rate=0.1"], "there is no \"Drop\" in this list of the recipe, which has Conv2D, "),
        (["network.Dropout.rate=1.5"], "with network.Dropout.rate 1.5 the recipe is invalid: layer 21 of"),
        (["rescale=0.5,0.50"], "has the value 0.5 twice"),
        (["epochs=2,3", "precision=auto,fast"], "\"precision\" is \"fast\": give one of"),
    ]) func anInvalidSettingIsReported(_ settings: [String], _ problem: String) throws {
        let error = #expect(throws: SweepError.self) {
            let settings = try settings.map { try SweepSetting($0) }
            _ = try Sweep(of: .plain, settings, seeds: 1, in: "/nowhere/sweep")
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(problem), "\(text)")
    }

    @Test func valuesThatGiveTheSameRecipeAreRefused() throws {
        let error = #expect(throws: SweepError.self) {
            _ = try sweep(#"optimizer=["Adam", {"class_name": "Adam"}, "SGD"]"#)
        }
        #expect(error.map { "\($0)".contains("the recipe is the same with Adam and {") } == true)
    }
}
