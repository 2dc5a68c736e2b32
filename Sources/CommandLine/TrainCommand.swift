import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// `bigeggs train`: one training by a recipe, outside the report.
struct TrainCommand: TeamCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the report's network, or your own, and save its weights.",
        discussion: """
            By default, training is as in the report. It validates on the test images, halves the \
            learning rate when the validation loss stops improving, stops when loss or accuracy has \
            not improved for some epochs, and keeps the weights with the lowest validation loss.

            EXAMPLES
              bigeggs train                           without augmentation
              bigeggs train --augment --out runs/augmented
              bigeggs train --recipe best --out runs/best
              bigeggs train --recipe fast --out runs/fast    another network
              bigeggs train --recipe wide.json --out runs/wide
              bigeggs train --epochs 2 --limit 5000   a short trial
              bigeggs train --resume                  after an interruption
              bigeggs train --data ~/birds --validation-split 0.2 --out runs/birds
              bigeggs train --data ~/birds --recipe resnet18 --image-size 96
              mpirun -np 4 bigeggs train --recipe fast       in four processes

            A recipe is a named set of training settings: \
            \(Recipe.named.map(\.name).formatted(.list(type: .and).locale(Locale(identifier: "en")))). \
            resnet18 and mobile are for your own pictures of 64 to 256 pixels a side; `bigeggs study --list` \
            describes the others.

            Your own recipe is a JSON file with Keras's names. Only "epochs" is required. Network, batch size and \
            Adam are the report's by default. Without "callbacks" the training runs for all epochs, and the last \
            epoch's weights are kept:

              {"name": "wide", "epochs": 20, "batch_size": 128,
               "network": [
                 {"class_name": "Conv2D", "config": {
                   "filters": 64, "kernel_size": 3, "activation": "relu"}},
                 {"class_name": "BatchNormalization"},
                 {"class_name": "MaxPooling2D"},
                 {"class_name": "Flatten"},
                 {"class_name": "Dense", "config": {
                   "units": "classes", "activation": "softmax"}}],
               "augmentation": {"rotation_range": 15, "horizontal_flip": true},
               "optimizer": {"class_name": "SGD", "config": {
                 "momentum": 0.9, "nesterov": true,
                 "learning_rate": {"class_name": "CosineDecay", "config": {
                   "initial_learning_rate": 0.05}}}},
               "loss": {"class_name": "CategoricalCrossentropy", "config": {
                 "label_smoothing": 0.1}},
               "callbacks": [
                 {"class_name": "WeightAveraging", "config": {"momentum": 0.999}}],
               "test_views": [{}, {"mirrored": true}]}

            A layer reads the output of the layer before it, or with "inputs": ["conv2d", "input"] of the layers of \
            these names. A learning-rate schedule lasts for the whole training, or with "decay_part": 0.5 for half \
            of it. "whitening": {"layer": "first"} initializes the Conv2D of that name with filters that decorrelate \
            the patches of the training images. A test view has "mirrored", "shift": [down, right] in pixels and \
            "weight". "image_sizes": [64, 256] gives the smallest and the largest image size of the network; the \
            smallest is the default of --image-size. "precision" is the precision of activations unless --precision \
            is given. Examples/recipes has more recipes.

            Recipes of BigEggs with a learning-rate schedule train for all epochs and keep the last epoch's weights.

            --hold-out n validates on the last n training images, which are not trained on. Test images, if any, are \
            then measured after each epoch, and do not affect the training.

            With few pictures of your own, batches are smaller, unless --batch-size is given, and patience is longer: \
            some hundred steps. Batches of fast, its variants, strong and recipe files stay as they are.

            The training saves a checkpoint in the directory after every epoch. Ctrl-C (or SIGTERM) ends it after the \
            current step, with a checkpoint and status 130 (143); a second Ctrl-C ends it at once. The same command \
            with --resume continues, and gives the same bits as without the interruption; only --epochs may be larger \
            than before. Checkpoints are removed at the end; a training that has ended cannot be resumed.

            \(TeamOptions.help)

            The directory gets weights.safetensors and training.json: data, settings, history, evaluation. --json \
            prints training.json as well, and progress goes to standard error.
            """)

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var imageSizeOptions: ImageSizeOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var resumption: ResumeOptions
    @OptionGroup var team: TeamOptions
    @Option(help: ArgumentHelp("The maximum number of epochs (default: the recipe's).", valueName: "n"))
    var epochs: Int?
    @Option(help: ArgumentHelp("The seed of weights, shuffling, dropout and augmentation.", valueName: "n"))
    var seed: UInt64 = 7
    @Option(help: ArgumentHelp("Use only the first n training images.", valueName: "n"))
    var limit: Int?
    @Option(help: ArgumentHelp("The directory to write to.", valueName: "dir")) var out = "runs/train"
    @Option(
        help: ArgumentHelp("The recipe: a name, or a JSON file; see above.", valueName: "recipe"),
        completion: .file(extensions: ["json"]),
        transform: { try Recipe($0) })
    var recipe: Recipe?
    @Flag(help: "The same as --recipe augmented: rotate, zoom and shift the training images.")
    var augment = false
    @Flag(help: "Keep the learning rate constant, and train for all epochs.")
    var constantRate = false
    @Option(
        name: .customLong("hold-out"),
        help: ArgumentHelp("Validate on the last n training images.", valueName: "n"))
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
                    ?? "--constant-rate is for the report's recipes, not for \(recipe.name): leave out --constant-rate"
            )
        }
        if augment, let recipe, recipe != .augmented {
            throw ValidationError(
                "--augment is the same as --recipe augmented, and excludes --recipe \(recipe.name): give one of them"
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
    /// - Throws: `TrainingInterrupted`, and any other error that ends the training.
    func train() throws {
        let world = try team.communicator()
        var recipe = recipe ?? (augment ? .augmented : .plain)
        let imageSize = imageSizeOptions.imageSize(for: recipe)
        // Checked before any images are decoded.
        try recipe.requireImageSize(imageSize)
        let loaded = try world.firstThenOthers {
            try dataOptions.load(
                needing: heldOut == nil ? .all : .train, imageSize: imageSize)
        }
        let directory = URL(fileURLWithPath: out, isDirectory: true)
        let lock = try world.inFirst {
            // Before training: if the directory cannot be written, an hour of training would be lost.
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
        try team.configure(model)
        try recipe.prepare(model, for: train)
        try recipe.compile(model, trainImages: train.count)
        let plan = TrainingRecord.Plan(
            data: .init(loaded.provenance),
            settings: .init(
                recipe: recipe, seed: seed, threads: model.threads, trainImages: train.count,
                heldOutImages: heldOut ?? 0, imageSize: imageSize == 32 ? nil : imageSize,
                processes: world.size > 1 ? world.size : nil, fixedParts: team.exact))
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
        // Smoothed labels are only for training: from here on the loss is computed with the original labels.
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

    /// The images for training, and those for validation: held out of training, or else the test images.
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

    /// Whether a training with this plan has ended in the directory, so that there is nothing to resume.
    ///
    /// If so, prints that it has ended or, with `--json`, its record. If the directory has neither weights
    /// nor checkpoints, prints that the training starts from the beginning.
    ///
    /// - Throws: ``EndedTraining`` if the directory has the weights of another training, which this one would
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

/// `--resume` was given for a training that has ended and had other settings.
struct EndedTraining: Error, CustomStringConvertible {
    let weights: String
    /// The number of epochs of that training; nil if its record lacks it.
    let epochs: Int?

    var description: String {
        let length = epochs.map { " after \($0) \($0 == 1 ? "epoch" : "epochs")" } ?? ""
        return
            "\(weights) is of a training that has ended\(length) and was not this one, so it cannot be resumed: "
            + "give another --out, or train anew there with --restart"
    }
}

/// `--hold-out` leaves no images to train on.
struct NothingToTrainOn: Error, CustomStringConvertible {
    let heldOut, images: Int

    var description: String {
        "--hold-out \(heldOut) leaves none of the \(images) training images to train on: hold out fewer"
    }
}
