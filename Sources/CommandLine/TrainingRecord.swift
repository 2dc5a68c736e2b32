import BigEggs
import MessagePassing
import Pictures
import Reporting

/// The record that `bigeggs train` writes beside the weights: enough to identify them and to train them again.
struct TrainingRecord: Encodable {
    let plan: Plan
    let engine: EngineDescription
    let results: TrainingResults
    /// Nil for a data set without test images.
    let test: Test?

    enum CodingKeys: String, CodingKey { case data, settings, engine, results, test }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plan.data, forKey: .data)
        try container.encode(plan.settings, forKey: .settings)
        try container.encode(engine, forKey: .engine)
        try container.encode(results, forKey: .results)
        try container.encodeIfPresent(test, forKey: .test)
    }

    /// The part of the record that is known before the training.
    struct Plan {
        let data: Source
        let settings: Settings

        /// Whether a record is of a training with this plan, with the model's precision and instruction set.
        func describes(_ record: Record?, by model: Model) throws -> Bool {
            let engine = model.engineDescription
            return try record?["data"] == Record(encoding: data)
                && record?["settings"]?.withoutThreads == Record(encoding: settings).withoutThreads
                && record?[path: "engine.precision"]?.string == engine.precision.rawValue
                && record?[path: "engine.instructionSet"]?.string == engine.instructionSet
        }
    }

    /// The data set by name and content, without its path on this machine.
    struct Source: Encodable {
        let name, file, checksum: String
        let isOfficial, isStandIn: Bool
        /// The provenance of a user's own pictures, such as how they were divided into training and test images; nil
        /// for any other data set.
        let statement: String?

        init(_ provenance: DataProvenance) {
            name = provenance.name
            file = provenance.file
            checksum = provenance.checksum
            isOfficial = provenance.isOfficial
            isStandIn = provenance.isStandIn
            statement = provenance.isOwn ? provenance.statement : nil
        }
    }

    /// The settings of the training.
    struct Settings: Encodable {
        let recipe: Recipe
        let seed: UInt64
        /// The `heldOutImages` are used for validation instead of the test images, and are not among the `trainImages`.
        let threads, trainImages, heldOutImages: Int
        /// The height and width of the images; nil for 32.
        let imageSize: Int?
        /// The number of processes that shared each step; nil for one.
        var processes: Int?
        /// The number of fixed parts of each batch; nil without --exact.
        var fixedParts: Int?
    }

    /// The results of the kept weights on the test images.
    struct Test: Encodable {
        let images: Int
        let loss, accuracy: Double
        /// The score of the mean prediction for an image and its mirror image.
        let mirrored: PredictionScore
        /// The score of the mean prediction over the recipe's test views; nil if the only view is the image itself.
        let views: PredictionScore?
        /// The epoch whose weights were kept; the first is 1.
        let keptEpoch: Int
        /// The results after every epoch, if the test images were not the validation images.
        let history: [String: [Double]]?

        init(
            _ model: Model, on test: ImageDataset, watch: TestWatch?, recipe: Recipe, keptEpoch: Int,
            communicator: Communicator
        ) throws {
            let batchSize = recipe.batchSize
            let evaluation = try model.evaluate(test, batchSize: batchSize, communicator: communicator)
            images = evaluation.images
            loss = evaluation.loss
            accuracy = evaluation.accuracy
            let scores = try PredictionScore.scores(
                [TestView.mirrored] + (recipe.looksTwice ? [recipe.testViews] : []), of: test, by: model,
                batchSize: batchSize, communicator: communicator)
            mirrored = scores[0]
            views = recipe.looksTwice ? scores[1] : nil
            self.keptEpoch = keptEpoch
            history = watch.map { ["loss": $0.losses, "accuracy": $0.accuracies] }
        }

        /// The results as a sentence.
        var sentence: String {
            """
            On the test images the weights of epoch \(keptEpoch) have a loss of \(loss.fixed(4)) and an accuracy \
            of \(accuracy.percent); with each image's mirror image, \(mirrored.loss.fixed(4)) and \
            \(mirrored.accuracy.percent)\
            \(views.map { "; in the recipe's test views, \($0.loss.fixed(4)) and \($0.accuracy.percent)" } ?? "").
            """
        }
    }
}

extension Record {
    /// The settings that determine a training's result up to rounding.
    fileprivate var withoutThreads: Record {
        var settings = self
        settings["threads"] = nil
        settings["processes"] = nil
        return settings
    }
}
