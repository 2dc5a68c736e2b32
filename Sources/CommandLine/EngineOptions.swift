import ArgumentParser
import Foundation

/// How the engine runs, for every command that runs it.
struct EngineOptions: ParsableArguments {
    @Option(help: "Threads to compute with.")
    var threads: Int = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Images in a step.")
    var batchSize = 128

    func validate() throws {
        try requirePositive(threads, "--threads")
        try requirePositive(batchSize, "--batch-size")
    }
}

/// Refuses, as a usage error, a count that is not at least 1.
func requirePositive(_ value: Int?, _ option: String) throws {
    if let value, value < 1 { throw ValidationError("\(option) must be at least 1, and not \(value)") }
}
