import BigEggs
import Reporting

/// One test image, its true and its predicted class.
struct PredictedImage: Codable {
    let index: Int
    let truth, predicted: String
    /// The probability of the predicted class.
    let confidence: Float
    /// The probability of each class, in the order of the labels.
    let probabilities: [Float]

    /// The network's predictions for some test images.
    static func predict(
        _ indices: [Int], of test: ImageDataset, by model: Model, batchSize: Int
    ) throws -> [PredictedImage] {
        let chosen = try ImageDataset(
            images: indices.flatMap { test.image(at: $0) },
            labels: Labels(indices.map { test.labels.values[$0] }),
            imageShape: test.imageShape, classNames: test.classNames)
        let predictions = try model.predict(
            chosen.rescaled(test.rescale), batchSize: min(batchSize, indices.count))
        return indices.enumerated().map { position, index in
            PredictedImage(
                index: index,
                truth: test.classNames[Int(test.labels.values[index])],
                predicted: test.classNames[predictions.predicted(position)],
                confidence: predictions.confidence(position),
                probabilities: Array(predictions[position]))
        }
    }

    /// The predictions as a table.
    static func text(_ images: [PredictedImage]) -> String {
        let table = Table(
            ["index", "truth", "predicted", "confidence", ""],
            rows: images.map { image in
                [
                    "\(image.index)", image.truth, image.predicted, image.confidence.percent,
                    image.predicted == image.truth ? "" : "wrong",
                ]
            })
        return "\(table.text)\(images.count { $0.predicted == $0.truth }) of \(images.count) right\n"
    }
}

/// An index beyond the test images.
struct NoSuchImage: Error, CustomStringConvertible {
    let index, count: Int

    var description: String { "there is no test image \(index): there are \(count), from 0 to \(count - 1)" }
}
