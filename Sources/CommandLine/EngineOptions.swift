import ArgumentParser
import BigEggs

extension Precision: ExpressibleByArgument {}

/// How the engine runs, for every command that runs it.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads to compute with (default: all).", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Images in a step.", valueName: "n"))
    var batchSize = 128

    @Option(help: "The precision of activations; bfloat16 is faster on processors that have it.")
    var precision: Precision = .float32

    func validate() throws {
        try requirePositive(threads, "--threads")
        try requirePositive(batchSize, "--batch-size")
    }

    /// The report's network, to be run with these options.
    func network(classes: Int, seed: UInt64 = 0) throws -> Sequential {
        try Sequential.bigEggs(classes: classes, seed: seed, precision: precision, threads: threads)
    }
}

/// Refuses, as a usage error, a count that is not at least 1.
func requirePositive(_ value: Int?, _ option: String) throws {
    if let value, value < 1 { throw ValidationError("\(option) must be at least 1, and not \(value)") }
}
