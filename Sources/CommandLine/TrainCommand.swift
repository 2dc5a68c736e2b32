import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs train`: the report's network, trained once, outside the report.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the report's network and keep its weights.",
        discussion: """
            Training is the report's: it stops early when the test images, which validate, \
            give no better loss or accuracy for some epochs, halves the learning rate before \
            that, and keeps the weights of the best epoch.

            EXAMPLES
              bigeggs train                           on the images as they are
              bigeggs train --augment --out runs/augmented
              bigeggs train --epochs 2 --limit 5000   to see it run
              bigeggs train --resume                  after an interruption
              bigeggs train --data ~/birds --validation-split 0.2 --out runs/birds

            Of your own pictures there may be few: then steps are smaller, if --batch-size does not \
            say how large, and patience lasts for some hundred steps.

            The training saves itself in the directory after every epoch. Ctrl-C (or SIGTERM) \
            ends it after the step under way, saved, with status 130 (143); once more ends it at \
            once. The same command with --resume goes on to the same bits as if nothing had \
            happened; only --epochs may be more than before. What it saved is removed at the end.

            The directory gets weights.safetensors and training.json: data, settings, \
            history, evaluation. With --json the latter is printed as well, and progress goes \
            to standard error.
            """)

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var resumption: ResumeOptions
    @Option(help: ArgumentHelp("The most epochs (default: as the full report).", valueName: "n"))
    var epochs: Int?
    @Option(help: ArgumentHelp("The seed of weights, shuffling, dropout and augmentation.", valueName: "n"))
    var seed: UInt64 = 7
    @Option(help: ArgumentHelp("Use only the first so many training images.", valueName: "n"))
    var limit: Int?
    @Option(help: ArgumentHelp("Where to write.", valueName: "dir")) var out = "runs/train"
    @Flag(help: "Rotate, zoom and shift the training images as the report does.") var augment = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(epochs, "--epochs")
        try requirePositive(limit, "--limit")
        if out.isEmpty { throw ValidationError("--out is empty; give a directory") }
    }

    func run() throws {
        let loaded = try dataOptions.load()
        let directory = URL(fileURLWithPath: out, isDirectory: true)
        // Before training, so that a directory that cannot be written costs no hour of it.
        try AtomicFile.prepareDirectory(directory.path)

        let lock = try OutputLock(directory.path)
        defer { lock.release() }

        let train = loaded.train.prefix(limit ?? loaded.train.count).withFlattenedLabels().rescaled()
        let test = loaded.test.withFlattenedLabels().rescaled()
        let standard = augment ? ReportSettings.augmented(.full) : ReportSettings.plain(.full)
        var settings = standard.fitting(loaded.provenance, images: train.count)
        settings.batchSize = engine.givenBatchSize ?? settings.batchSize
        settings.epochs = epochs ?? settings.epochs
        let generator = augment ? ReportSettings.generator : nil

        let model = try engine.network(classes: train.classNames.count, seed: seed)
        try model.compile(
            optimizer: Adam(learningRate: settings.learningRate), loss: .sparseCategoricalCrossentropy)
        let plan = TrainingRecord.Plan(
            data: .init(loaded.provenance),
            settings: .init(
                report: settings, seed: seed, threads: model.threads, trainImages: train.count,
                generator: generator))
        let recordFile = directory.appendingPathComponent("training.json").path
        if resumption.resume, try hasEnded(plan, model, recordFile) { return }

        let callbacks: [any Callback] = [
            EarlyStopping(monitor: "val_loss", patience: settings.patience, restoreBestWeights: true),
            EarlyStopping(monitor: "val_accuracy", patience: settings.patience),
            ReduceLROnPlateau(monitor: "val_loss", factor: 0.5, patience: settings.plateauPatience),
            json
                ? ProgressBar(isLive: isatty(STDERR_FILENO) == 1, write: StandardError.write)
                : ProgressBar(),
        ]
        let (history, checkpoints) = try resumable {
            try resumption.train(in: out, announce: { StandardError.write($0 + "\n") }) {
                let history = try model.fit(
                    train, validation: test, batchSize: settings.batchSize, epochs: settings.epochs,
                    augmentation: generator, callbacks: callbacks, checkpoints: $0, interruption: $1)
                return (history, $0)
            }
        }
        let results = try TrainingResults(
            of: model, history: history, settings: settings, callbacks: callbacks, trainedOn: train,
            validatedOn: test, weights: directory.appendingPathComponent("weights.safetensors").path)
        let record = TrainingRecord(plan: plan, engine: model.engineDescription, results: results)
        try Record(encoding: record).write(to: recordFile)
        try checkpoints.remove()
        if json {
            try printJSON(record)
        } else {
            print(results.sentence)
            let kept = results.evaluation
            print("Their loss is \(kept.loss.fixed(4)), their accuracy \(kept.accuracy.percent).")
            print("weights.safetensors and training.json are in \(out)")
        }
    }

    /// Whether there is nothing to resume because this very training, which would give the same weights again,
    /// has ended here. Says so, or that the training starts from its beginning.
    private func hasEnded(_ plan: TrainingRecord.Plan, _ model: Sequential, _ file: String) throws -> Bool {
        guard Checkpoints(in: out).files.isEmpty else { return false }
        let record = try? Record.read(file)
        let weights = try? Checksum.sha256(of: "\(out)/weights.safetensors")
        guard try plan.describes(record, by: model), weights != nil,
            weights == record?[path: "results.weights.sha256"]?.string
        else {
            StandardError.write("there is nothing to resume in \(out): starting from the beginning\n")
            return false
        }
        if json, let record {
            try printJSON(record)
        } else {
            print("The training has ended already: weights.safetensors and training.json are in \(out)")
        }
        return true
    }

    /// Turns an interruption into what a person reads and the status that a shell expects.
    private func resumable<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let stop as TrainingInterrupted {
            StandardError.write("\(stop)\nGo on with: \(ResumeOptions.resumingCommand())\n")
            throw ExitCode(stop.exitStatus)
        }
    }
}
