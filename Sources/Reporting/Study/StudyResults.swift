import BigEggs
import Foundation

/// Results of section 8's runs, by run and by recipe.
public struct StudyResults: Encodable, Sendable {
    /// One training.
    public struct Run: Encodable, Sendable {
        /// The run's name, such as `flip-2`, and the recipe's name.
        public let name, recipe: String
        /// The seed.
        public let seed: UInt64
        /// The command that trains it again.
        public let command: String
        /// Whether its images were those of the official files.
        public let isOfficial: Bool
        /// The precision of its activations.
        public let precision: String
        /// The number of its threads.
        public let threads: Int
        /// How many epochs were trained, and the epoch whose weights were kept; the first is 1.
        public let epochs, keptEpoch: Int
        /// Scores of the kept weights on the held-out images, on the test images, and on the test images with the
        /// mean prediction for an image and its mirror image.
        public let heldOut, test, mirrored: PredictionScore
        /// Training loss and accuracy of each epoch, measured with augmentation and dropout.
        public let trainHistory: [String: [Double]]
        /// Loss and accuracy on the held-out and the test images after every epoch.
        public let heldOutHistory, testHistory: [String: [Double]]
        /// The seconds of the training.
        public let seconds: Double
    }

    /// All runs of a recipe.
    public struct Result: Encodable, Sendable {
        /// The recipe's name, and its summary.
        public let recipe, summary: String
        /// The command that trains its runs again.
        public let command: String
        /// The seeds of the recorded runs.
        public let seeds: [UInt64]
        /// How many runs of the recipe the study plans.
        public let planned: Int
        /// Test accuracy with the kept weights.
        public let accuracy: Spread
        /// Test loss with the kept weights.
        public let loss: Spread
        /// Test accuracy and loss with mirror images.
        public let mirroredAccuracy, mirroredLoss: Spread
        /// Epochs of training.
        public let epochs: Spread
        /// The mean accuracy minus that of the report's augmented recipe; nil without runs of that recipe.
        public let gain: Double?
    }

    /// How choosing the epoch by the test images changes the test accuracy of one run.
    public struct Selection: Encodable, Sendable {
        /// The run.
        public let run: String
        /// The epoch with the lowest loss on held-out images.
        public let epochByHeldOut: Int
        /// The test images' score after that epoch.
        public let byHeldOut: PredictionScore
        /// The epoch with the lowest test loss, which the original report would have kept.
        public let epochByTest: Int
        /// The test images' score after that epoch.
        public let byTest: PredictionScore
        /// The highest test accuracy of any epoch.
        public let highestAccuracy: Double
    }

    /// Mean, extremes and standard deviation of a few values.
    public struct Spread: Encodable, Sendable, Equatable {
        /// The mean.
        public let mean: Double
        /// The smallest and the largest value.
        public let low, high: Double
        /// The sample's standard deviation; nil for a single value.
        public let deviation: Double?

        /// The spread of one value or more.
        init(_ values: [Double]) {
            let mean = values.reduce(0, +) / Double(max(values.count, 1))
            self.mean = mean
            low = values.min() ?? .nan
            high = values.max() ?? .nan
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
        }
    }

    /// The runs that are recorded, in the study's order.
    public let runs: [Run]
    /// The recipes that have runs, in the study's order.
    public let recipes: [Result]
    /// One selection for each run of the report's two recipes.
    public let selection: [Selection]
    /// How many runs the study plans.
    public let planned: Int

    /// Reads the records of a study.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read or lacks a value.
    public init(_ study: Study) throws {
        self.init(try StudyRun.beyond.compactMap { run in try study.recorded(run).map { try Run(run, $0) } })
    }

    init(_ runs: [Run]) {
        self.runs = runs
        planned = StudyRun.beyond.count
        func accuracies(_ recipe: String) -> [Double] {
            runs.filter { $0.recipe == recipe }.map(\.test.accuracy)
        }
        let reference = accuracies(Recipe.augmented.name)
        recipes = Recipe.all.compactMap { recipe in
            let own = runs.filter { $0.recipe == recipe.name }
            guard !own.isEmpty else { return nil }
            let accuracy = Spread(own.map(\.test.accuracy))
            return Result(
                recipe: recipe.name, summary: recipe.summary, command: "bigeggs study \(recipe.name)",
                seeds: own.map(\.seed), planned: StudyRun.beyond.count { $0.recipe == recipe },
                accuracy: accuracy,
                loss: Spread(own.map(\.test.loss)), mirroredAccuracy: Spread(own.map(\.mirrored.accuracy)),
                mirroredLoss: Spread(own.map(\.mirrored.loss)), epochs: Spread(own.map { Double($0.epochs) }),
                gain: reference.isEmpty ? nil : accuracy.mean - Spread(reference).mean)
        }
        let report = Recipe.ofReport.map(\.name)
        selection = runs.filter { report.contains($0.recipe) }.compactMap(Selection.init)
    }
}

extension StudyResults.Run {
    init(_ run: StudyRun, _ record: Record) throws {
        func history(_ path: String, _ prefix: String) throws -> [String: [Double]] {
            try ["loss", "accuracy"].reduce(into: [:]) {
                $0[$1] = try record.value(at: "\(path).\(prefix)\($1)")
            }
        }
        name = run.name
        recipe = run.recipe.name
        seed = run.seed
        command = run.command
        isOfficial = record[path: "data.isOfficial"]?.bool ?? false
        precision = record[path: "engine.precision"]?.string ?? "unknown"
        threads = record[path: "settings.threads"]?.integer ?? 0
        epochs = try record.value(at: "results.epochsRun")
        keptEpoch = try record.value(at: "test.keptEpoch")
        heldOut = try record.value(at: "results.evaluation")
        test = try record.value(at: "test")
        mirrored = try record.value(at: "test.mirrored")
        trainHistory = try history("results.history", "")
        heldOutHistory = try history("results.history", "val_")
        testHistory = try history("test.history", "")
        seconds = try record.value(at: "results.trainingSeconds")
    }
}

extension StudyResults.Selection {
    init?(_ run: StudyResults.Run) {
        guard let losses = run.testHistory["loss"], let accuracies = run.testHistory["accuracy"],
            let heldOut = run.heldOutHistory["loss"], let highest = accuracies.max(),
            let byHeldOut = heldOut.indices.min(by: { heldOut[$0] < heldOut[$1] }),
            let byTest = losses.indices.min(by: { losses[$0] < losses[$1] }), byHeldOut < losses.count
        else { return nil }
        func score(_ epoch: Int) -> PredictionScore {
            PredictionScore(loss: losses[epoch], accuracy: accuracies[epoch])
        }
        self.run = run.name
        epochByHeldOut = byHeldOut + 1
        self.byHeldOut = score(byHeldOut)
        epochByTest = byTest + 1
        self.byTest = score(byTest)
        highestAccuracy = highest
    }

    /// How much choosing the epoch by the test loss, as the original report does, adds to the test accuracy.
    public var flattery: Double { byTest.accuracy - byHeldOut.accuracy }
}
