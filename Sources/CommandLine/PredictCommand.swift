import ArgumentParser
import BigEggs
import Reporting

/// `bigeggs predict`: what trained weights say of single test images.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Classify single test images, and compare with the truth.",
        discussion: """
            EXAMPLES
              bigeggs predict --weights runs/train/weights.safetensors
              bigeggs predict --weights runs/train/weights.safetensors --first 5
              bigeggs predict --weights runs/train/weights.safetensors --index 86 --json

            Images are numbered from 0, in the order of the test split.
            """)

    @OptionGroup var weightsOptions: WeightsOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var engine: EngineOptions
    @Option(help: ArgumentHelp("A test image; can be repeated.", valueName: "i"))
    var index: [Int] = []
    @Option(help: ArgumentHelp("The first so many test images (default: 25).", valueName: "n"))
    var first: Int?
    @Flag(help: "Print one JSON array, with the probability of every class.") var json = false

    func validate() throws {
        try requirePositive(first, "--first")
        if first != nil && !index.isEmpty { throw ValidationError("use either --index or --first") }
        if let negative = index.first(where: { $0 < 0 }) {
            throw ValidationError("--index counts from 0, and \(negative) is before that")
        }
    }

    func run() throws {
        try weightsOptions.check()
        let test = try dataOptions.load().test
        let indices = index.isEmpty ? Array(0..<min(first ?? 25, test.count)) : index
        if let outside = indices.first(where: { $0 >= test.count }) {
            throw NoSuchImage(index: outside, count: test.count)
        }
        let model = try weightsOptions.load(into: engine.network(classes: test.classNames.count))
        let chosen = try ImageDataset(
            images: indices.flatMap { test.image(at: $0) },
            labels: Labels(indices.map { test.labels.values[$0] }),
            imageShape: test.imageShape, classNames: test.classNames)
        let predictions = try model.predict(
            chosen.rescaled(), batchSize: min(engine.batchSize, indices.count))
        let rows = indices.enumerated().map { position, index in
            PredictedImage(
                index: index,
                truth: test.classNames[Int(test.labels.values[index])],
                predicted: test.classNames[predictions.predicted(position)],
                confidence: predictions.confidence(position),
                probabilities: Array(predictions[position]))
        }
        if json { try printJSON(rows) } else { printTable(rows) }
    }

    private func printTable(_ rows: [PredictedImage]) {
        let table = Table(
            ["index", "truth", "predicted", "confidence", ""],
            rows: rows.map { row in
                [
                    "\(row.index)", row.truth, row.predicted, row.confidence.percent,
                    row.predicted == row.truth ? "" : "wrong",
                ]
            })
        print(table.text, terminator: "")
        print("\(rows.count { $0.predicted == $0.truth }) of \(rows.count) right")
    }
}

/// One test image, what it is and what the network takes it for.
struct PredictedImage: Codable {
    let index: Int
    let truth, predicted: String
    /// The probability of the predicted class.
    let confidence: Float
    /// One a class, in the order of the labels.
    let probabilities: [Float]
}

/// An index beyond the test images.
struct NoSuchImage: Error, CustomStringConvertible {
    let index, count: Int

    var description: String { "there is no test image \(index): there are \(count), from 0 to \(count - 1)" }
}
