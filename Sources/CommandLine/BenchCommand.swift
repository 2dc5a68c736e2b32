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
            The report's network on images of noise in memory: after one round to warm up, \
            the median of the rounds. Nothing is read or written.

            EXAMPLES
              bigeggs bench
              bigeggs bench --threads 1 --rounds 3
              bigeggs bench --precision bfloat16
              bigeggs bench --only inference --steps 79
              bigeggs bench --json
            """)

    @OptionGroup var engine: EngineOptions
    @Option(help: ArgumentHelp("Steps in a round.", valueName: "n")) var steps = 20
    @Option(help: ArgumentHelp("Rounds to take the median of.", valueName: "n")) var rounds = 5
    @Option(
        help: "Measure one kind of work alone, in a process that does nothing else: its memory is its own.")
    var only: Work?
    @Flag(help: "Print one JSON object.") var json = false

    /// What can be measured.
    enum Work: String, CaseIterable, ExpressibleByArgument { case training, inference }

    func validate() throws {
        try requirePositive(steps, "--steps")
        try requirePositive(rounds, "--rounds")
    }

    func run() throws {
        let images = engine.batchSize * steps
        let noise = try ImageDataset(
            images: Self.bytes(count: images * 32 * 32 * 3),
            labels: Labels((0..<images).map { Int32($0 % 10) }), imageShape: [32, 32, 3],
            classNames: (0..<10).map(String.init)
        ).rescaled()
        let model = try engine.network(classes: 10, seed: 7)
        try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)

        // The first of each is to warm up.
        var training, inference: [Double]?
        if only != .inference {
            training = try model.fit(noise, batchSize: engine.batchSize, epochs: rounds + 1).seconds
        }
        if only != .training {
            inference = try (0...rounds).map { _ in
                try model.evaluate(noise, batchSize: engine.batchSize).seconds
            }
        }
        let description = model.engineDescription
        let result = BenchResult(
            training: training.map { .init(images: images, seconds: $0.dropFirst()) },
            inference: inference.map { .init(images: images, seconds: $0.dropFirst()) },
            engine: description)
        if json { try printJSON(result) } else { print(result.text) }
    }

    /// Bytes that look like noise, the same in every run.
    private static func bytes(count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
    }
}
