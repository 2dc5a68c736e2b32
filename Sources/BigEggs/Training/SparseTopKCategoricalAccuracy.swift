/// The share of images whose label is among the `k` most probable classes.
///
/// Ties are resolved in the label's favour. An image whose label's logit is not finite counts as wrong.
///
/// Source: https://keras.io/api/metrics/accuracy_metrics/#sparsetopkcategoricalaccuracy-class
public struct SparseTopKCategoricalAccuracy: Sendable, Codable, Equatable {
    /// How many of the most probable classes are searched for the label.
    public let k: Int
    /// The metric's name in logs and histories.
    public let name: String

    /// A metric with Keras's defaults. Two metrics in one model need different names.
    public init(k: Int = 5, name: String = "sparse_top_k_categorical_accuracy") {
        self.k = k
        self.name = name
    }

    /// - Throws: ``TrainingError`` for an invalid argument.
    static func check(_ metrics: [SparseTopKCategoricalAccuracy]) throws {
        var names: Set = ["loss", "accuracy", "learning_rate"]
        for metric in metrics {
            guard metric.k > 0 else {
                throw TrainingError.invalid(argument: "k", value: "\(metric.k)", allowed: "1 or more")
            }
            guard names.insert(metric.name).inserted else {
                throw TrainingError.invalid(
                    argument: "the name of a metric", value: metric.name, allowed: "one that is not used yet")
            }
        }
    }
}
