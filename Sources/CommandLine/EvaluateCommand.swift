import ArgumentParser
import BigEggs
import MessagePassing
import Reporting

/// `bigeggs evaluate`: loss and accuracy of trained weights on the test images.
struct EvaluateCommand: TeamCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure loss and accuracy of trained weights on the test images.",
        discussion: """
            EXAMPLES
              bigeggs evaluate --weights runs/train/weights.safetensors
              bigeggs evaluate --weights report/weights/augmented.safetensors
              bigeggs evaluate --weights runs/train/weights.safetensors --json
              bigeggs evaluate --weights runs/birds/weights.safetensors \\
                  --data ~/birds --validation-split 0.2

            The weights file describes its network and the size of its images. --json prints \
            {"accuracy": …, "images": …, "loss": …}, and with --mirrored or --views the number of "views".
            """)

    @OptionGroup var weightsOptions: WeightsOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var team: TeamOptions
    @Option(help: ArgumentHelp("Use only the first n test images.", valueName: "n"))
    var limit: Int?
    @Flag(help: "Predict each image and its mirror image, and take the mean of the two predictions.")
    var mirrored = false
    @Flag(help: "Predict each image in the test views of the weights' recipe, and take the mean.")
    var views = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(limit, "--limit")
        if mirrored, views { throw ValidationError("--mirrored and --views exclude each other: give one") }
    }

    func run() throws {
        let weights = try weightsOptions.read()
        let world = try team.communicator()
        let loaded = try world.firstThenOthers {
            try dataOptions.load(needing: .test, imageSize: weights.imageSize)
        }
        try weights.check(loaded)
        let test = loaded.test.prefix(limit ?? loaded.test.count).rescaled(weights.rescale)
        let model = try engine.network(with: weights)
        try team.configure(model)
        let seen = try testViews(weights)
        let summary =
            try seen.map {
                try EvaluationSummary(
                    PredictionScore(
                        $0, of: test, by: model, batchSize: engine.batchSize, communicator: world),
                    test.count, views: $0.count)
            }
            ?? EvaluationSummary(
                try model.evaluate(test, batchSize: engine.batchSize, communicator: world))
        if json {
            try printJSON(summary)
        } else {
            print(
                """
                loss \(summary.loss.fixed(4)), accuracy \(summary.accuracy.percent) \
                on \(summary.images) test images of \(loaded.provenance.name)\
                \(summary.views.map { ", each seen in \($0) \($0 == 1 ? "view" : "views")" } ?? "")
                """)
        }
    }

    /// The views of each image; nil if only the unchanged image is predicted.
    private func testViews(_ weights: TrainedWeights) throws -> [TestView]? {
        if mirrored { return TestView.mirrored }
        guard views else { return nil }
        guard let recipe = weights.recipe else { throw WeightsError.noRecipe(path: weights.path) }
        return recipe.testViews
    }
}

/// An evaluation as JSON.
struct EvaluationSummary: Codable {
    let loss, accuracy: Double
    let images: Int
    /// The number of views of each image; nil without `--mirrored` and `--views`.
    let views: Int?

    init(_ evaluation: Evaluation) {
        loss = evaluation.loss
        accuracy = evaluation.accuracy
        images = evaluation.images
        views = nil
    }

    init(_ score: PredictionScore, _ images: Int, views: Int) {
        loss = score.loss
        accuracy = score.accuracy
        self.images = images
        self.views = views
    }
}
