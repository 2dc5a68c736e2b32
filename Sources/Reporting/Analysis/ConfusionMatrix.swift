import BigEggs

/// How often each class was predicted as each class.
public struct ConfusionMatrix: Sendable, Equatable {
    /// The number of images; rows are true classes, columns are predicted classes.
    public let counts: [[Int]]
    private let truth: [Int]
    private let predicted: [Int]

    /// A true class and a wrong class that was predicted for it.
    public struct Pair: Sendable, Codable, Equatable {
        /// The true class.
        public let truth: Int
        /// The class that was predicted.
        public let predicted: Int
        /// How many images.
        public let count: Int
        /// The indices of some of these images, in order.
        public let examples: [Int]
    }

    /// Counts predictions.
    ///
    /// - Parameters:
    ///   - truth: the class of each image, from 0 to `classes - 1`.
    ///   - predicted: the predicted class of each image, in the same order.
    ///   - classes: the number of classes.
    public init(truth: [Int], predicted: [Int], classes: Int) {
        precondition(truth.count == predicted.count, "each image has one truth and one prediction")
        var counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
        for (row, column) in zip(truth, predicted) { counts[row][column] += 1 }
        self.counts = counts
        self.truth = truth
        self.predicted = predicted
    }

    /// The share of each class's images that were predicted correctly.
    public var perClass: [Proportion] {
        counts.indices.map { Proportion(correct: counts[$0][$0], of: counts[$0].reduce(0, +)) }
    }

    /// The most often confused pairs, most frequent first, without pairs that never occurred.
    ///
    /// - Parameters:
    ///   - maximum: how many pairs at most.
    ///   - examples: how many images to list for each pair.
    public func mostConfused(_ maximum: Int, examples: Int) -> [Pair] {
        let pairs = counts.indices.flatMap { row in
            counts.indices.compactMap { column in
                row == column || counts[row][column] == 0 ? nil : (row, column, counts[row][column])
            }
        }
        // Equal counts keep the order of the classes: `sorted` is stable.
        return pairs.sorted { $0.2 > $1.2 }.prefix(maximum).map { row, column, count in
            let places = truth.indices.lazy.filter { truth[$0] == row && predicted[$0] == column }
            return Pair(truth: row, predicted: column, count: count, examples: Array(places.prefix(examples)))
        }
    }
}
