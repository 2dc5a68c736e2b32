import BigEggs

/// The test images that two networks classify differently.
public struct FlippedImages: Encodable, Sendable {
    /// One image.
    public struct Image: Encodable, Sendable {
        /// Its index among the test images.
        public let index: Int
        /// The true class, and the class that each network predicts.
        public let truth, a, b: String
    }

    /// The network's name in both runs: "plain", "augmented" or "training".
    public let network: String
    /// How many test images there are.
    public let images: Int
    /// How many predictions differ, how many images only b gets right, and how many images only a gets right.
    public let changed, gained, lost: Int
    /// Whether the difference in accuracy is beyond chance: McNemar's test, 95 %.
    public let isBeyondChance: Bool
    /// The first images, at most 20, that only one network gets right.
    public let first: [Image]

    private static let most = 20

    init(_ network: String, _ truth: [Int], _ a: [Int], _ b: [Int], classes: [String]) {
        self.network = network
        images = truth.count
        let indices = truth.indices
        changed = indices.count { a[$0] != b[$0] }
        gained = indices.count { a[$0] != truth[$0] && b[$0] == truth[$0] }
        lost = indices.count { a[$0] == truth[$0] && b[$0] != truth[$0] }
        isBeyondChance = abs(Double(gained - lost)) > 1.96 * Double(gained + lost).squareRoot()
        func name(_ label: Int) -> String { classes.indices.contains(label) ? classes[label] : "\(label)" }
        first = indices.filter { (a[$0] == truth[$0]) != (b[$0] == truth[$0]) }.prefix(Self.most).map {
            Image(index: $0, truth: name(truth[$0]), a: name(a[$0]), b: name(b[$0]))
        }
    }

    /// Compares the predictions of two parts. A single training records none, so its weights are used to
    /// predict.
    ///
    /// - Parameters:
    ///   - images: loads the data set with images of the given height and width; returns nil if the data set is not
    ///     available.
    ///   - reasons: receives a sentence for each comparison that is not possible.
    static func found(
        _ a: ComparedRun.Part, _ b: ComparedRun.Part, _ images: (Int) throws -> LoadedDataset?,
        _ reasons: inout [String]
    ) throws -> [FlippedImages] {
        let isSameData = a.record[path: "data.checksum"] == b.record[path: "data.checksum"]
        if let truth = a.record[path: "results.truth"]?.integers {
            guard isSameData, truth == b.record[path: "results.truth"]?.integers else {
                reasons.append("\(a.name): the two runs were tested on different images.")
                return []
            }
            let classes = a.record[path: "data.classNames"]?.strings ?? []
            return ["plain", "augmented"].compactMap { network in
                let predicted = [a, b].map { $0.record[path: "results.\(network).predicted"]?.integers ?? [] }
                guard predicted.allSatisfy({ $0.count == truth.count }) else { return nil }
                return FlippedImages(network, truth, predicted[0], predicted[1], classes: classes)
            }
        }
        guard a.name == "training" else { return [] }
        guard isSameData else {
            reasons.append("The two trainings used different data.")
            return []
        }
        guard let one = a.weights, let other = b.weights else {
            reasons.append("The weights of both trainings are needed, as predictions are not recorded.")
            return []
        }
        let files = try [one, other].map { try TrainedWeights(reading: $0) }
        let size = try files[0].imageSize
        guard try files[1].imageSize == size else {
            reasons.append(
                "The two networks take images of different sizes, so their predictions are not compared.")
            return []
        }
        guard let images = try images(size),
            .string(images.provenance.checksum) == a.record[path: "data.checksum"],
            images.test.count > 0
        else {
            reasons.append("The test images are not available: name the data set with --data.")
            return []
        }
        let predicted = try files.map { weights in
            try weights.check(images)
            let predictions = try weights.model().predict(images.test.rescaled(weights.rescale))
            return (0..<predictions.count).map(predictions.predicted)
        }
        return [
            FlippedImages(
                "training", images.test.labels.values.map(Int.init), predicted[0],
                predicted[1], classes: images.test.classNames)
        ]
    }
}
