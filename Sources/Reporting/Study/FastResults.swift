import BigEggs
import Foundation

/// Results of section 9's runs: the fast recipe, its variants without one ingredient, and the larger network.
public struct FastResults: Encodable, Sendable {
    /// One training.
    public struct Run: Encodable, Sendable {
        /// The run's name, such as `fast-2`, and the recipe's name.
        public let name, recipe: String
        /// The seed.
        public let seed: UInt64
        /// The command that trains it again.
        public let command: String
        /// Whether its images were those of the official files.
        public let isOfficial: Bool
        /// The precision of its activations, and its instruction set.
        public let precision, instructionSet: String
        /// The number of its threads.
        public let threads: Int
        /// How many images are trained on, and how many training images are held out.
        public let trainImages, heldOutImages: Int
        /// Scores of the last epoch's weights on the unchanged test images, and with the recipe's test views.
        public let test, views: PredictionScore
        /// The score of the same weights on the unchanged held-out images; nil if there are none.
        public let heldOut: PredictionScore?
        /// The accuracy on the unchanged test images after every epoch.
        public let accuracies: [Double]
        /// The seconds of each epoch, evaluation of the test images included.
        public let epochSeconds: [Double]
        /// The peak memory of the training.
        public let peakMemoryBytes: Int

        /// The seconds of the training.
        public var seconds: Double { epochSeconds.reduce(0, +) }
    }

    /// The runs of one recipe that train on all images.
    public struct Result: Encodable, Sendable {
        /// The recipe's name, and its summary.
        public let recipe, summary: String
        /// The command that trains its runs again.
        public let command: String
        /// The seeds of the recorded runs.
        public let seeds: [UInt64]
        /// How many such runs of the recipe the study plans.
        public let planned: Int
        /// Test accuracy with unchanged images, and with the test views.
        public let accuracy, views: StudyResults.Spread
        /// The seconds of a training.
        public let seconds: StudyResults.Spread
    }

    /// How much accuracy is lost without an ingredient.
    public struct Ingredient: Encodable, Sendable {
        /// The ingredient's name, such as "whitening".
        public let ingredient: String
        /// What replaces it.
        public let instead: String
        /// The accuracy of each run without it: with test views, unless the ingredient is the test views.
        public let accuracies: [Double]
        /// Their mean.
        public let mean: Double
        /// How far ``mean`` is below the mean over the fast recipe's runs, with test views.
        public let loss: Double
    }

    /// The runs that are recorded, in the study's order.
    public let runs: [Run]
    /// The recipes that have runs, in the study's order.
    public let recipes: [Result]
    /// The ingredients for which runs without them are recorded, in the study's order; the last is the test
    /// views.
    public let ingredients: [Ingredient]
    /// How many runs the study plans.
    public let planned: Int

    /// Reads the records of a study.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read or lacks a value.
    public init(_ study: Study) throws {
        self.init(try StudyRun.fast.compactMap { run in try study.recorded(run).map { try Run(run, $0) } })
    }

    init(_ runs: [Run]) {
        self.runs = runs
        planned = StudyRun.fast.count
        func whole(_ recipe: Recipe) -> [Run] {
            runs.filter { $0.recipe == recipe.name && $0.heldOutImages == 0 }
        }
        recipes = Recipe.withoutChoice.compactMap { recipe in
            let own = whole(recipe)
            guard !own.isEmpty else { return nil }
            return Result(
                recipe: recipe.name, summary: recipe.summary, command: "bigeggs study \(recipe.name)",
                seeds: own.map(\.seed),
                planned: StudyRun.fast.count { $0.recipe == recipe && $0.heldOut == 0 },
                accuracy: .init(own.map(\.test.accuracy)), views: .init(own.map(\.views.accuracy)),
                seconds: .init(own.map(\.seconds)))
        }
        let fast = whole(.fast)
        guard !fast.isEmpty else {
            ingredients = []
            return
        }
        let reference = StudyResults.Spread(fast.map(\.views.accuracy)).mean
        func without(_ ingredient: String, _ instead: String, _ accuracies: [Double]) -> Ingredient? {
            guard !accuracies.isEmpty else { return nil }
            let mean = StudyResults.Spread(accuracies).mean
            return Ingredient(
                ingredient: ingredient, instead: instead, accuracies: accuracies, mean: mean,
                loss: reference - mean)
        }
        let names = ["whitening", "Muon", "alternating flips", "smoothed labels"]
        ingredients =
            zip(names, Recipe.fastWithoutOne).compactMap { name, recipe in
                without(name, recipe.summary, whole(recipe).map(\.views.accuracy))
            }
            + [without("test views", "each test image as it is", fast.map(\.test.accuracy))].compactMap(
                \.self)
    }
}

extension FastResults.Run {
    init(_ run: StudyRun, _ record: Record) throws {
        name = run.name
        recipe = run.recipe.name
        seed = run.seed
        command = run.command
        isOfficial = record[path: "data.isOfficial"]?.bool ?? false
        precision = try record.value(at: "engine.precision")
        instructionSet = try record.value(at: "engine.instructionSet")
        threads = try record.value(at: "settings.threads")
        trainImages = try record.value(at: "settings.trainImages")
        heldOutImages = run.heldOut
        test = try record.value(at: "test")
        views = try record.value(at: "test.views")
        heldOut = run.heldOut > 0 ? try record.value(at: "results.evaluation") : nil
        accuracies = try record.value(
            at: run.heldOut > 0 ? "test.history.accuracy" : "results.history.val_accuracy")
        epochSeconds = try record.value(at: "results.history.seconds")
        peakMemoryBytes = try record.value(at: "results.peakMemoryBytes")
    }
}
