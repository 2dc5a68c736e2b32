import ArgumentParser
import BigEggs
import Foundation
import Reporting

/// `bigeggs bench`: how fast this machine trains and classifies, and with which algorithms.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure training and inference on this machine.",
        discussion: """
            The report's network on images of noise in memory: after one round to warm up, the median of
            the rounds. Nothing is read or written.

            EXAMPLES
              bigeggs bench
              bigeggs bench --threads 1 --rounds 3
              bigeggs bench --json
            """)

    @OptionGroup var engine: EngineOptions
    @Option(help: "Steps in a round.") var steps = 20
    @Option(help: "Rounds to take the median of.") var rounds = 5
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(steps, "--steps")
        try requirePositive(rounds, "--rounds")
    }

    func run() throws {}
}
