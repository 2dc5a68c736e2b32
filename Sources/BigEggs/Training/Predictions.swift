/// A model's predictions for a data set.
public struct Predictions: Sendable, Equatable {
    /// `[count, classes]`, row-major. If the model ends in a softmax, each row adds up to 1.
    public let probabilities: [Float]
    /// The number of classes.
    public let classes: Int

    init(probabilities: [Float], classes: Int) {
        self.probabilities = probabilities
        self.classes = classes
    }

    /// Joins the same model's predictions for consecutive ranges of images.
    package init(joining parts: [Predictions]) {
        self.init(probabilities: parts.flatMap(\.probabilities), classes: parts.first?.classes ?? 0)
    }

    /// The number of images.
    public var count: Int { classes == 0 ? 0 : probabilities.count / classes }

    /// The probability of each class for one image.
    public subscript(image: Int) -> ArraySlice<Float> {
        probabilities[image * classes..<(image + 1) * classes]
    }

    /// The most probable class of an image; on a tie the first.
    public func predicted(_ image: Int) -> Int {
        let row = self[image]
        var best = row.startIndex
        for index in row.indices where row[index] > row[best] { best = index }
        return best - row.startIndex
    }

    /// The probability of the most probable class.
    public func confidence(_ image: Int) -> Float { self[image].max() ?? 0 }
}
