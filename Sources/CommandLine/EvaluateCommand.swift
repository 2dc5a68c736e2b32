import ArgumentParser
import BigEggs
import Reporting

/// `bigeggs evaluate`: loss and accuracy of trained weights on the test images.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Say how well trained weights do on the test images.",
        discussion: """
            EXAMPLES
              bigeggs evaluate --weights runs/train/weights.safetensors
              bigeggs evaluate --weights report/weights/augmented.safetensors
              bigeggs evaluate --weights runs/train/weights.safetensors --json
              bigeggs evaluate --weights runs/birds/weights.safetensors --data ~/birds --validation-split 0.2

            With --json it prints {"accuracy": …, "images": …, "loss": …}.
            """)

    @OptionGroup var weightsOptions: WeightsOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var engine: EngineOptions
    @Option(help: ArgumentHelp("Use only the first so many test images.", valueName: "n"))
    var limit: Int?
    @Flag(help: "Take each image together with its mirror image, and the mean of the two predictions.")
    var mirrored = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws { try requirePositive(limit, "--limit") }

    func run() throws {
        let weights = try weightsOptions.read()
        let loaded = try dataOptions.load(needing: .test)
        try weights.check(loaded)
        let test = loaded.test.prefix(limit ?? loaded.test.count).rescaled()
        let model = try engine.network(classes: test.classNames.count)
        try weights.load(into: model)
        let summary =
            mirrored
            ? EvaluationSummary(
                try PredictionScore(mirroring: test, by: model, batchSize: engine.batchSize), test.count)
            : EvaluationSummary(try model.evaluate(test, batchSize: engine.batchSize))
        if json {
            try printJSON(summary)
        } else {
            print(
                """
                loss \(summary.loss.fixed(4)), accuracy \(summary.accuracy.percent) \
                on \(summary.images) test images of \(loaded.provenance.name)
                """)
        }
    }
}

/// What a program reads of an evaluation.
struct EvaluationSummary: Codable {
    let loss, accuracy: Double
    let images: Int

    init(_ evaluation: Evaluation) {
        loss = evaluation.loss
        accuracy = evaluation.accuracy
        images = evaluation.images
    }

    init(_ score: PredictionScore, _ images: Int) {
        loss = score.loss
        accuracy = score.accuracy
        self.images = images
    }
}
