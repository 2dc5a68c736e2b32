import BigEggs
import MessagePassing
import Pictures
import Reporting

/// What `bigeggs train` writes beside the weights: enough to say what they are and to train them again.
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

    /// What is known before the training.
    struct Plan {
        let data: Source
        let settings: Settings

        /// Whether a record is of a training with this plan, run as the model would run it.
        func describes(_ record: Record?, by model: Model) throws -> Bool {
            let engine = model.engineDescription
            return try record?["data"] == Record(encoding: data)
                && record?["settings"]?.withoutThreads == Record(encoding: settings).withoutThreads
                && record?[path: "engine.precision"]?.string == engine.precision.rawValue
                && record?[path: "engine.instructionSet"]?.string == engine.instructionSet
        }
    }

    /// The data set by name and content; its place on this machine is nobody else's business.
    struct Source: Encodable {
        let name, file, checksum: String
        let isOfficial, isStandIn: Bool
        /// How own pictures were divided; nil for a data set that comes divided.
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

    /// What the training was asked for.
    struct Settings: Encodable {
        let recipe: Recipe
        let seed: UInt64
        /// Images held out of those for training, to validate instead of the test images.
        let threads, trainImages, heldOutImages: Int
        /// The height and width of the images; nil for 32.
        let imageSize: Int?
        /// How many processes shared each step; nil for one.
        var processes: Int?
    }

    /// The kept weights on the test images.
    struct Test: Encodable {
        let images: Int
        let loss, accuracy: Double
        /// Of the mean of the predictions for an image and for its mirror image.
        let mirrored: PredictionScore
        /// Of the mean of the predictions for the recipe's test views; nil where that is the image as it is.
        let views: PredictionScore?
        /// The epoch whose weights were kept; the first is 1.
        let keptEpoch: Int
        /// After every epoch, if the test images did not validate.
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

        /// How good they are, in words.
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
    /// The settings that decide about a training's result.
    fileprivate var withoutThreads: Record {
        var settings = self
        settings["threads"] = nil
        settings["processes"] = nil
        return settings
    }
}
