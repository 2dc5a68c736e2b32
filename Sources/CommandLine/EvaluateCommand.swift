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
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws { try requirePositive(limit, "--limit") }

    func run() throws {
        let weights = try weightsOptions.read()
        let loaded = try dataOptions.load()
        try weights.check(loaded)
        let test = loaded.test.prefix(limit ?? loaded.test.count).rescaled()
        let model = try engine.network(classes: test.classNames.count)
        try weights.load(into: model)
        let evaluation = try model.evaluate(test, batchSize: engine.batchSize)
        if json {
            try printJSON(EvaluationSummary(evaluation))
        } else {
            print(
                """
                loss \(evaluation.loss.fixed(4)), accuracy \(evaluation.accuracy.percent) \
                on \(evaluation.images) test images of \(loaded.provenance.name)
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
}
