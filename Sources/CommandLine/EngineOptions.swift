import ArgumentParser
import BigEggs
import Reporting

/// The options of the engine, for every command that runs it.
struct EngineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threads to compute with (default: OMP_NUM_THREADS, or else all processors).", valueName: "n"))
    var threads: Int?

    @Option(
        name: .customLong("batch-size"),
        help: ArgumentHelp("Images per step (default: 128; in training the recipe's).", valueName: "n"))
    var givenBatchSize: Int?

    @Option(
        name: .customLong("precision"),
        help: PrecisionChoice.help(otherwise: "float32; in training the recipe's"))
    var givenPrecision: PrecisionChoice?

    @Flag(help: "Use direct convolutions even where Winograd's algorithm is faster, to compare.")
    var directConvolutions = false

    func validate() throws {
        try requirePositive(threads, "--threads")
        try requirePositive(givenBatchSize, "--batch-size")
    }

    /// The number of images in a step, for commands without a recipe.
    var batchSize: Int { givenBatchSize ?? 128 }

    /// A recipe's network, to be run with these options.
    func network(of recipe: Recipe, classes: Int, imageSize: Int, seed: UInt64) throws -> Model {
        let precision = (givenPrecision ?? recipe.precision).precision
        return run(
            try recipe.model(
                classes: classes, imageSize: imageSize, seed: seed, precision: precision, threads: threads))
    }

    /// The network of trained weights, to be run with these options.
    func network(with weights: TrainedWeights) throws -> Model {
        run(try weights.model(precision: givenPrecision?.precision ?? .float32, threads: threads))
    }

    private func run(_ model: Model) -> Model {
        model.allowsWinograd = !directConvolutions
        return model
    }
}

/// Throws a usage error for a count below 1.
func requirePositive(_ value: Int?, _ option: String) throws {
    if let value, value < 1 { throw ValidationError("\(option) must be at least 1, and not \(value)") }
}
