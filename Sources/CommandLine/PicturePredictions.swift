import BigEggs
import EmbeddedPython
import Pictures
import Reporting

/// The names of a network's classes.
struct ClassNames {
    let names: [String]
    /// The data set that the names are from if the weights have none; nil otherwise.
    let assumedFrom: String?
}

/// A network's predictions for a user's own pictures.
struct PicturePredictions: Encodable {
    /// The weights file.
    let weights: String
    /// The class of each element of a picture's probabilities.
    let classNames: [String]
    /// The pictures, in the order of the arguments.
    let pictures: [Picture]
    /// The files that are not usable pictures.
    let failures: [Failure]
    private let assumedFrom: String?
    /// The height and width of the network's input, in pixels.
    private let side: Int
    private let maps: (Int) throws -> ClassActivationMaps

    /// One picture.
    struct Picture: Encodable {
        let file, predicted: String
        /// The probability of the predicted class.
        let confidence: Float
        /// Whether the predicted class has a probability of at least 0.5.
        let isLikely: Bool
        let probabilities: [Float]

        /// The classes, the likeliest first.
        var order: [Int] {
            // Equal probabilities keep the order of the classes: `sorted` is stable.
            probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
        }
    }

    /// One file that is not a usable picture.
    struct Failure: Encodable {
        let file: String
        /// A sentence that names the file.
        let error: String
    }

    enum CodingKeys: String, CodingKey { case weights, classNames, pictures, failures }

    /// Classifies the pictures that can be decoded.
    init(
        of paths: [String], by weights: TrainedWeights, names: ClassNames, engine: EngineOptions,
        pythonPaths: [String]
    ) throws {
        let model = try engine.network(with: weights)
        let side = try weights.imageSize
        let line = ProgressLine("Decoding", "pictures")
        defer { line.end() }
        let decoded = try PictureDecoder(pythonPaths: pythonPaths).decode(paths, side: side) {
            line.show($0, of: paths.count)
        }
        line.end()

        let good = paths.indices.filter { decoded.problems[$0] == nil }
        let size = decoded.pixels.count / paths.count
        let images = try ImageDataset(
            images: good.flatMap { decoded.pixels[$0 * size..<($0 + 1) * size] },
            labels: Labels(good.map { _ in 0 }), imageShape: model.inputShape, classNames: names.names
        ).rescaled(weights.rescale)
        let predictions =
            good.isEmpty ? nil : try model.predict(images, batchSize: min(engine.batchSize, good.count))
        self.weights = weights.path
        self.side = side
        classNames = names.names
        assumedFrom = names.assumedFrom
        pictures = good.enumerated().compactMap { position, place in
            guard let predictions else { return nil }
            let confidence = predictions.confidence(position)
            return Picture(
                file: paths[place], predicted: names.names[predictions.predicted(position)],
                confidence: confidence, isLikely: confidence >= 0.5,
                probabilities: Array(predictions[position]))
        }
        failures = decoded.problems.sorted { $0.key < $1.key }
            .map { Failure(file: paths[$0.key], error: $0.value) }
        maps = { position in
            try model.gradCAM(
                images[position..<position + 1], classes: [predictions?.predicted(position) ?? 0])
        }
    }

    /// The predictions as text: the likeliest classes of each picture, and the network's limits.
    func text(top: Int) -> String {
        guard !pictures.isEmpty else { return "" }
        let rows = pictures.flatMap { picture in
            picture.order.prefix(top).enumerated().map { rank, label in
                [rank == 0 ? picture.file : "", classNames[label], picture.probabilities[label].percent]
                    + (rank == 0 && !picture.isLikely ? ["no class is likely"] : [])
            }
        }
        let columns = ["picture", "class", "confidence"]
        let table = Table(pictures.allSatisfy(\.isLikely) ? columns : columns + [""], rows: rows)
        return "\(table.text)\(([limits] + (assumption.map { [$0] } ?? [])).joined(separator: "\n"))\n"
    }

    /// What users must know before they trust the predictions.
    private var limits: String {
        let names = classNames.count > 12 ? "\(classNames.count) classes" : Self.listed(classNames)
        return
            "The network knows \(names), and nothing else: whatever a picture shows, it is given one of these."
    }

    /// The note that the names are not from the weights.
    private var assumption: String? {
        assumedFrom.map { "The weights do not name their classes; these are the names of \($0)." }
    }

    private static func listed(_ names: [String]) -> String {
        names.count < 2
            ? names.joined() : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
    }

    /// Writes a page with each picture, its classes, and a map of the places that support the likeliest class.
    ///
    /// - Parameter pythonPaths: where the Python package `bigeggs_report` is imported from.
    /// - Throws: `FileError` if the file cannot be written, `PythonError`.
    func writePage(to path: String, top: Int, pythonPaths: [String]) throws {
        // JPEG files are decoded without Python, so it may not have started yet.
        try Python.start(searchPaths: pythonPaths)
        let line = ProgressLine("Drawing", "pictures")
        defer { line.end() }
        let views = try pictures.enumerated().map { position, picture in
            line.show(position, of: pictures.count)
            let map = try maps(position)
            let likeliest = picture.order.prefix(top).map { label in
                PythonValue.list([
                    .string(classNames[label]), .double(Double(picture.probabilities[label])),
                ])
            }
            return try Python.call(
                "view", in: "bigeggs_report.pictures.page",
                [
                    .string(picture.file), .list(likeliest), .bool(picture.isLikely),
                    .list(map[0].map { .double(Double($0)) }), .list([.int(map.width), .int(map.height)]),
                    .int(side),
                ])
        }
        let page = try Python.call(
            "page", in: "bigeggs_report.pictures.page",
            [
                .list(views), .list(failures.map { .string($0.error) }),
                .list([limits, assumption].compactMap { $0.map(PythonValue.string) }),
                .string(weights.split(separator: "/").last.map(String.init) ?? weights), .int(side),
            ])
        guard let text = page.string else {
            throw ReportingError.unexpectedResult(function: "bigeggs_report.pictures.page.page")
        }
        try AtomicFile.write(text, to: path)
    }
}
