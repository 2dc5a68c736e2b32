import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// `bigeggs train`: one training by a recipe, outside the report.
struct TrainCommand: TeamCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the report's network, or your own, and keep its weights.",
        discussion: """
            Training is the report's: it stops early when the test images, which validate, \
            give no better loss or accuracy for some epochs, halves the learning rate before \
            that, and keeps the weights of the best epoch.

            EXAMPLES
              bigeggs train                           on the images as they are
              bigeggs train --augment --out runs/augmented
              bigeggs train --recipe best --out runs/best
              bigeggs train --recipe fast --out runs/fast    another network, with test views
              bigeggs train --recipe wide.json --out runs/wide
              bigeggs train --epochs 2 --limit 5000   to see it run
              bigeggs train --resume                  after an interruption
              bigeggs train --data ~/birds --validation-split 0.2 --out runs/birds
              bigeggs train --data ~/birds --recipe resnet18 --image-size 96
              mpirun -np 4 bigeggs train --recipe fast       on several processes, or machines

            A recipe is a way to train that has a name: \
            \(Recipe.named.map(\.name).formatted(.list(type: .and).locale(Locale(identifier: "en")))). \
            `bigeggs study --list` and `bigeggs study fast --list` say what each is; \
            resnet18 and mobile are for your own pictures in 64 to 256 pixels a side. One of your own is a \
            JSON file with Keras's names; "epochs" \
            must be there. The network, the batch size and Adam are the report's unless you say otherwise; without \
            "callbacks" nothing stops the training, and the last epoch's weights are kept:

              {"name": "wide", "epochs": 20, "batch_size": 128,
               "network": [
                 {"class_name": "Conv2D", "config": {"filters": 64, "kernel_size": 3, "activation": "relu"}},
                 {"class_name": "BatchNormalization"}, {"class_name": "MaxPooling2D"}, {"class_name": "Flatten"},
                 {"class_name": "Dense", "config": {"units": "classes", "activation": "softmax"}}],
               "augmentation": {"rotation_range": 15, "horizontal_flip": true},
               "optimizer": {"class_name": "SGD", "config": {"momentum": 0.9, "nesterov": true,
                 "learning_rate": {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.05}}}},
               "loss": {"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.1}},
               "callbacks": [{"class_name": "WeightAveraging", "config": {"momentum": 0.999}}],
               "test_views": [{}, {"mirrored": true}]}

            A layer with "inputs": ["conv2d", "input"] reads the layers of these names; without, the one before it. A \
            schedule lasts as long as the training, or, by "decay_part": 0.5, for half of it. "whitening": \
            {"layer": "first"} begins the Conv2D of that name with filters that make the images' patches \
            uncorrelated. A test view has "mirrored", "shift": [down, right] in pixels and "weight". "image_sizes": \
            [64, 256] says for which pictures a network is; the least is taken without --image-size. "precision" is \
            that of activations where --precision does not say. Examples/recipes has more of them.

            Where a recipe of BigEggs gives the learning rate a course of its own, nothing \
            stops the training, and the last epoch's weights are kept. With --hold-out n, the last n training images are not \
            trained on but validate, and the test images, measured after each epoch where there are any, have no say.

            Of your own pictures there may be few: then steps are smaller, if --batch-size does not \
            say how large, and patience lasts for some hundred steps. A recipe of your own stays as it is.

            The training saves itself in the directory after every epoch. Ctrl-C (or SIGTERM) \
            ends it after the step under way, saved, with status 130 (143); once more ends it at \
            once. The same command with --resume goes on to the same bits as if nothing had \
            happened; only --epochs may be more than before. What it saved is removed at the end, and \
            a training that has ended is not resumed.

            \(TeamOptions.help)

            The directory gets weights.safetensors and training.json: data, settings, \
            history, evaluation. With --json the latter is printed as well, and progress goes \
            to standard error.
            """)

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var imageSizeOptions: ImageSizeOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var resumption: ResumeOptions
    @OptionGroup var team: TeamOptions
    @Option(help: ArgumentHelp("The most epochs (default: the recipe's).", valueName: "n"))
    var epochs: Int?
    @Option(help: ArgumentHelp("The seed of weights, shuffling, dropout and augmentation.", valueName: "n"))
    var seed: UInt64 = 7
    @Option(help: ArgumentHelp("Use only the first so many training images.", valueName: "n"))
    var limit: Int?
    @Option(help: ArgumentHelp("Where to write.", valueName: "dir")) var out = "runs/train"
    @Option(
        help: ArgumentHelp("How to train: a recipe's name, or a JSON file; see above.", valueName: "recipe"),
        completion: .file(extensions: ["json"]),
        transform: { try Recipe($0) })
    var recipe: Recipe?
    @Flag(help: "Rotate, zoom and shift the training images as the report does: --recipe augmented.")
    var augment = false
    @Flag(help: "Keep the learning rate, and stop after the last epoch, never before.")
    var constantRate = false
    @Option(
        name: .customLong("hold-out"),
        help: ArgumentHelp("Validate on the last so many training images.", valueName: "n"))
    var heldOut: Int?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(epochs, "--epochs")
        try requirePositive(limit, "--limit")
        try requirePositive(heldOut, "--hold-out")
        if constantRate, let recipe, recipe.withConstantRate == nil {
            throw ValidationError(
                recipe.file.map {
                    "--constant-rate is for the report's recipes: write the learning rate into \($0)"
                }
                    ?? "--constant-rate is for the report's recipes, and \(recipe.name) has a schedule of its own: leave it out"
            )
        }
        if augment, let recipe, recipe != .augmented {
            throw ValidationError(
                "--augment is --recipe augmented and does not go with --recipe \(recipe.name): give one of them"
            )
        }
        if out.isEmpty { throw ValidationError("--out is empty; give a directory") }
    }

    func run() throws {
        do {
            try train()
        } catch let stop as TrainingInterrupted {
            StandardError.write("\(stop)\nGo on with: \(ResumeOptions.resumingCommand())\n")
            throw ExitCode(stop.exitStatus)
        }
    }

    /// Trains and writes the results.
    ///
    /// - Throws: `TrainingInterrupted`, and what else keeps it from its end.
    func train() throws {
        let world = try team.communicator()
        var recipe = recipe ?? (augment ? .augmented : .plain)
        let imageSize = imageSizeOptions.imageSize(for: recipe)
        // Before any are decoded.
        try recipe.requireImageSize(imageSize)
        let loaded = try world.firstThenOthers {
            try dataOptions.load(
                needing: heldOut == nil ? .all : .train, imageSize: imageSize)
        }
        let directory = URL(fileURLWithPath: out, isDirectory: true)
        let lock = try world.inFirst {
            // Before training, so that a directory that cannot be written costs no hour of it.
            try AtomicFile.prepareDirectory(directory.path)
            return try OutputLock(directory.path)
        }
        defer { lock?.release() }

        let images = loaded.train.prefix(limit ?? loaded.train.count).withFlattenedLabels()
            .rescaled(recipe.rescale)
        let test = loaded.test.withFlattenedLabels().rescaled(recipe.rescale)
        let (train, validation) = try divide(images, test)
        recipe = recipe.fitting(loaded.provenance, images: train.count)
        if constantRate { recipe = recipe.withConstantRate ?? recipe }
        recipe.batchSize = engine.givenBatchSize ?? recipe.batchSize
        recipe.epochs = epochs ?? recipe.epochs

        let model = try engine.network(
            of: recipe, classes: train.classNames.count, imageSize: imageSize, seed: seed)
        try recipe.prepare(model, for: train)
        try recipe.compile(model, trainImages: train.count)
        let plan = TrainingRecord.Plan(
            data: .init(loaded.provenance),
            settings: .init(
                recipe: recipe, seed: seed, threads: model.threads, trainImages: train.count,
                heldOutImages: heldOut ?? 0, imageSize: imageSize == 32 ? nil : imageSize,
                processes: world.size > 1 ? world.size : nil))
        let recordFile = directory.appendingPathComponent("training.json").path
        if resumption.resume, try world.fromFirst({ try hasEnded(plan, model, recordFile) }) { return }

        let watch =
            heldOut != nil && test.count > 0 ? TestWatch(test, batchSize: recipe.batchSize) : nil
        let bar =
            json
            ? ProgressBar(isLive: isatty(STDERR_FILENO) == 1, write: StandardError.write)
            : ProgressBar()
        var callbacks = try recipe.callbacks()
        if let watch { callbacks.append(watch) }
        callbacks.append(bar)
        let (history, checkpoints) = try resumption.train(
            in: out, announce: { StandardError.write($0 + "\n") }
        ) {
            let history = try model.fit(
                train, validation: validation, batchSize: recipe.batchSize,
                epochs: recipe.epochs, augmentation: recipe.generator, callbacks: callbacks,
                checkpoints: $0, interruption: $1, communicator: world,
                localStatistics: team.localStatistics)
            return (history, $0)
        }
        // Smoothed labels are for training alone: from here on a loss is that of the labels as they are.
        try model.compile(loss: .sparseCategoricalCrossentropy)
        let weights = try world.fromFirst {
            try TrainedWeights.save(
                model, trainedOn: train, recipe: recipe,
                to: directory.appendingPathComponent("weights.safetensors").path)
        }
        let results = try TrainingResults(
            of: model, history: history, epochs: recipe.epochs, batchSize: recipe.batchSize,
            callbacks: callbacks, trainedOn: train, validatedOn: validation, weights: weights,
            communicator: world)
        let tested =
            test.count == 0
            ? nil
            : try TrainingRecord.Test(
                model, on: test, watch: watch, recipe: recipe,
                keptEpoch: callbacks.compactMap { $0 as? EarlyStopping }
                    .last(where: \.restoreBestWeights).map { $0.bestEpoch + 1 } ?? results.epochsRun,
                communicator: world)
        guard world.isFirst else { return }
        let record = TrainingRecord(
            plan: plan, engine: model.engineDescription, results: results, test: tested)
        try Record(encoding: record).write(to: recordFile)
        try checkpoints.remove()
        if json {
            try printJSON(record)
        } else {
            print(results.sentence)
            if let tested { print(tested.sentence) }
            print("weights.safetensors and training.json are in \(out)")
        }
    }

    /// What is trained on and what validates: the images held out of training, or else those of the test.
    private func divide(
        _ images: ImageDataset, _ test: ImageDataset
    ) throws -> (train: ImageDataset, validation: ImageDataset) {
        guard let heldOut else { return (images, test) }
        guard heldOut < images.count else {
            throw NothingToTrainOn(heldOut: heldOut, images: images.count)
        }
        let trained = images.count - heldOut
        return (images[0..<trained], images[trained..<images.count])
    }

    /// Whether there is nothing to resume because this very training, which would give the same weights again,
    /// has ended here. Says so, or that the training starts from its beginning.
    ///
    /// - Throws: ``EndedTraining`` if the directory has the weights of another training, which a new one would
    ///   replace.
    private func hasEnded(_ plan: TrainingRecord.Plan, _ model: Model, _ file: String) throws -> Bool {
        guard Checkpoints(in: out).files.isEmpty else { return false }
        let weightsFile = "\(out)/weights.safetensors"
        guard FileManager.default.fileExists(atPath: weightsFile) else {
            StandardError.write("there is nothing to resume in \(out): starting from the beginning\n")
            return false
        }
        let record = try? Record.read(file)
        guard try plan.describes(record, by: model),
            try Checksum.sha256(of: weightsFile) == record?[path: "results.weights.sha256"]?.string
        else {
            throw EndedTraining(weights: weightsFile, epochs: record?[path: "results.epochsRun"]?.integer)
        }
        if json, let record {
            try printJSON(record)
        } else {
            print("The training has ended already: weights.safetensors and training.json are in \(out)")
        }
        return true
    }
}

/// A training that has ended was to be resumed with other settings.
struct EndedTraining: Error, CustomStringConvertible {
    let weights: String
    /// How many epochs it had, if its record says so.
    let epochs: Int?

    var description: String {
        let length = epochs.map { " after \($0) \($0 == 1 ? "epoch" : "epochs")" } ?? ""
        return
            "\(weights) is of a training that has ended\(length), and was another than this one: it cannot be "
            + "resumed, and is kept; give another --out, or train anew there with --restart"
    }
}

/// All training images were to be held out.
struct NothingToTrainOn: Error, CustomStringConvertible {
    let heldOut, images: Int

    var description: String {
        "--hold-out \(heldOut) leaves none of the \(images) training images to train on: hold out fewer"
    }
}
