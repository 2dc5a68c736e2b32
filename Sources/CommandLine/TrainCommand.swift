import ArgumentParser
import BigEggs
import Foundation

/// `bigeggs train`: the report's network, trained once, outside the report.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the report's network and keep its weights.",
        discussion: """
            Training stops early when the validation loss has not improved for six epochs, and keeps the
            weights of the best one; the learning rate halves after two epochs without improvement. The
            test images validate, as in the report.

            EXAMPLES
              bigeggs train                              on the images as they are
              bigeggs train --augment --out runs/augmented
              bigeggs train --epochs 2 --limit 5000      a minute, to see it run

            DIR gets weights.safetensors and training.json: settings, data, history, evaluation.
            With --json the latter is printed too, and progress goes to standard error.
            """)

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var engine: EngineOptions
    @Option(help: "Train for at most so many epochs.") var epochs = 30
    @Option(help: "The seed of weights, shuffling, dropout and augmentation.") var seed: UInt64 = 7
    @Option(help: "Use only the first so many training images.") var limit: Int?
    @Option(help: ArgumentHelp("Where to write.", valueName: "dir")) var out = "runs/train"
    @Flag(help: "Rotate, zoom and shift the training images as the report does.") var augment = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(epochs, "--epochs")
        try requirePositive(limit, "--limit")
        if out.isEmpty { throw ValidationError("--out needs a directory") }
    }

    func run() throws {
        let loaded = try dataOptions.load()
        let directory = URL(fileURLWithPath: out, isDirectory: true)
        // Before training, so that a directory that cannot be written costs no hour of it.
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)

        let train = loaded.train.prefix(limit ?? loaded.train.count).withFlattenedLabels().rescaled()
        let test = loaded.test.withFlattenedLabels().rescaled()
        let model = try Sequential.bigEggs(classes: train.classNames.count, seed: seed)
        model.threads = engine.threads
        try model.compile(optimizer: Adam(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy)
        let stopping = EarlyStopping(monitor: "val_loss", patience: 6, restoreBestWeights: true)
        let history = try model.fit(
            train, validation: test, batchSize: engine.batchSize, epochs: epochs,
            augmentation: augment ? ReportSettings.generator : nil,
            callbacks: [
                stopping, ReduceLROnPlateau(monitor: "val_loss", factor: 0.5, patience: 2),
                json ? ProgressBar(output: StandardError()) : ProgressBar(),
            ])
        let evaluation = try model.evaluate(test, batchSize: engine.batchSize)

        let weights = directory.appendingPathComponent("weights.safetensors").relativePath
        try model.saveWeights(to: weights)
        let record = TrainingRecord(
            data: loaded.provenance, trainImages: train.count, settings: self, engine: model.engineDescription,
            history: history, bestEpoch: stopping.bestEpoch + 1, evaluation: EvaluationSummary(evaluation))
        try record.write(to: directory.appendingPathComponent("training.json").relativePath)
        if json {
            try printJSON(record)
        } else {
            print("best epoch \(record.results.bestEpoch): \(evaluation.sentence)")
            print("weights.safetensors and training.json are in \(out)")
        }
    }
}
