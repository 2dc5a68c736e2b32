import BigEggs

/// Two short trainings that differ only in the scale of the pixels.
public struct NormalizationComparison: Encodable, Sendable {
    /// A trained network, validated with re-estimated moving statistics.
    public struct Precise: Encodable, Sendable {
        /// The mean loss on the validation images.
        public let loss: Double
        /// The share of the validation images that are predicted right.
        public let accuracy: Double
        /// The moving variance of the first batch normalization: the median over its channels.
        public let firstVariance: Double

        /// An evaluation with these weights.
        public init(_ evaluation: Evaluation, weights: [NamedTensor]) {
            loss = evaluation.loss
            accuracy = evaluation.accuracy
            let variances = weights.first { $0.name.hasSuffix("/moving_variance") }?.values.sorted() ?? []
            firstVariance = variances.isEmpty ? 0 : Double(variances[variances.count / 2])
        }
    }

    /// How many images trained each network.
    public let images: Int
    /// How many images validated it.
    public let testImages: Int
    /// How many epochs each network was trained for.
    public let epochs: Int
    /// How many steps each network was trained for.
    public let steps: Int
    /// The share of the initial values that is left in the moving statistics after training.
    public let startLeft: Double
    /// The history on pixels from 0 to 255, one list per metric.
    public let raw: [String: [Double]]
    /// The history on pixels from 0 to 1, one list per metric.
    public let scaled: [String: [Double]]
    /// The evaluation of the network of ``raw`` after its last epoch.
    public let rawPrecise: Precise
    /// The evaluation of the network of ``scaled`` after its last epoch.
    public let scaledPrecise: Precise

    /// The common settings of the two trainings, and the history and the final evaluation of each.
    public init(
        images: Int, testImages: Int, epochs: Int, steps: Int,
        raw: (history: History, precise: Precise), scaled: (history: History, precise: Precise)
    ) {
        self.images = images
        self.testImages = testImages
        self.epochs = epochs
        self.steps = steps
        startLeft = BatchNormalization().startLeft(after: steps)
        self.raw = raw.history.columns
        self.scaled = scaled.history.columns
        rawPrecise = raw.precise
        scaledPrecise = scaled.precise
    }
}
