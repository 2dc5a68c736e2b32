import ArgumentParser
import BigEggs
import Foundation
import MessagePassing
import Reporting

/// `bigeggs bench`: measures how fast this machine trains and classifies, and with which algorithms.
struct BenchCommand: TeamCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure training and inference on this machine.",
        discussion: """
            Measures the report's network, or another recipe's, on random images in memory. \
            Training, training on augmented images and inference take turns; after one round to \
            warm up, the median of the rounds is shown. No files are read or written. Close other \
            programs: a step waits for its slowest thread.

            EXAMPLES
              bigeggs bench
              bigeggs bench --threads 1 --rounds 3
              bigeggs bench --precision bfloat16 --json
              bigeggs bench --only inference --steps 79
              bigeggs bench --recipe fast --only training --steps 3
              bigeggs bench --recipe resnet18 --image-size 64
              bigeggs bench --breakdown            the time of each layer's passes
              bigeggs bench --scaling              batch sizes 32 to 512, 1 thread and all
              mpirun -np 2 bigeggs bench --threads 1     two processes, a thread each
            """)

    @OptionGroup var engine: EngineOptions
    @OptionGroup var imageSizeOptions: ImageSizeOptions
    @OptionGroup var team: TeamOptions
    @Option(
        help: ArgumentHelp(
            "The recipe to measure: a name, or a JSON file (default: augmented).",
            valueName: "recipe"),
        completion: .file(extensions: ["json"]),
        transform: { try Recipe($0) })
    var recipe: Recipe?
    @Option(
        help: ArgumentHelp("Steps per round (default: about 2,560 images).", valueName: "n"))
    var steps: Int?
    @Option(help: ArgumentHelp("The number of rounds.", valueName: "n")) var rounds = 5
    @Option(help: "Measure only one kind of work; the memory shown is then that of this work.")
    var only: BenchResult.Work?
    @Flag(help: "Show the time, speed and share of this machine's peak of each layer's passes.")
    var breakdown = false
    @Flag(help: "Show time and memory by batch size, on 1 thread and on all.") var scaling = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        try requirePositive(steps, "--steps")
        try requirePositive(rounds, "--rounds")
        if breakdown, scaling {
            throw ValidationError("--breakdown and --scaling exclude each other: give one")
        }
        if only != nil, breakdown || scaling {
            throw ValidationError("--only excludes --breakdown and --scaling: leave it out")
        }
    }

    func run() throws {
        let recipe = recipe ?? .augmented
        let subject = BenchSubject(
            recipe: recipe, imageSize: imageSizeOptions.imageSize(for: recipe), engine: engine,
            communicator: try team.communicator(), team: team)
        // About the same work for any batch size: 1 step of 2,000 images, 20 steps of 128 images.
        let steps = steps ?? max(1, 2_560 / subject.batchSize)
        if breakdown {
            let result = try BenchBreakdown(subject, steps: steps * rounds)
            if json { try printJSON(result) } else { print(result.text) }
        } else if scaling {
            let result = try BenchScaling(subject, rounds: rounds)
            if json { try printJSON(result) } else { print(result.text) }
        } else {
            let result = try BenchResult(subject, steps: steps, rounds: rounds, only: only)
            if json { try printJSON(result) } else { print(result.text) }
        }
    }
}

/// The subject of a measurement: a recipe's network, run with the engine's options.
struct BenchSubject {
    let recipe: Recipe
    /// The height and width of the images, in pixels.
    let imageSize: Int
    let engine: EngineOptions
    /// The processes that share each step.
    let communicator: Communicator
    let team: TeamOptions

    /// The numbers of processes and threads as text.
    static func workers(processes: Int, threads: Int) -> String {
        processes > 1 ? "processes × threads: \(processes) × \(threads)" : "threads: \(threads)"
    }

    /// A recipe's name, and the image size unless that is 32, as in the report.
    static func title(_ recipe: String, _ imageSize: Int) -> String {
        "recipe \(recipe)" + (imageSize == 32 ? "" : ", images of \(imageSize)×\(imageSize)")
    }

    /// The number of images in a step.
    var batchSize: Int { engine.givenBatchSize ?? recipe.batchSize }

    /// The compiled network, and images of noise, the same in every run.
    func prepared(images: Int) throws -> (model: Model, noise: ImageDataset) {
        var state: UInt32 = 1
        let bytes = (0..<images * imageSize * imageSize * 3).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let noise = try ImageDataset(
            images: bytes, labels: Labels((0..<images).map { Int32($0 % 10) }),
            imageShape: [imageSize, imageSize, 3], classNames: (0..<10).map(String.init)
        ).rescaled(recipe.rescale)
        let model = try engine.network(of: recipe, classes: 10, imageSize: imageSize, seed: 7)
        try team.configure(model)
        try recipe.compile(model, trainImages: images)
        return (model, noise)
    }
}

/// Shows on a terminal the progress of a measurement.
struct BenchProgress {
    private let start = ContinuousClock.now
    private let isLive = isatty(STDERR_FILENO) == 1 && !Launcher.isFollower
    let total: Int

    func show(_ done: Int) {
        guard isLive else { return }
        if done == total { return StandardError.write("\r\u{1B}[K") }
        let seconds =
            (ContinuousClock.now - start) / .seconds(1) * Double(total - done) / Double(max(done, 1))
        let left = done == 0 ? "" : ", about \(Int(seconds.rounded(.up))) s left"
        StandardError.write("\rmeasuring \(done + 1) of \(total)\(left)\u{1B}[K")
    }
}

/// The median of `seconds`; 0 if there are none.
func median(_ seconds: some Sequence<Double>) -> Double {
    let sorted = seconds.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
