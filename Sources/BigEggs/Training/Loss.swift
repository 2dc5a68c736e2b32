/// The loss that training minimizes.
///
/// Labels are whole numbers. The loss is computed from the logits, before the last layer's softmax.
public enum Loss: Sendable, Codable, Equatable {
    /// −log of the probability that the network gives to the label.
    ///
    /// Source: https://keras.io/api/losses/probabilistic_losses/#sparse_categorical_crossentropy-function
    case sparseCategoricalCrossentropy

    /// −∑ target · log of the probability, where the target gives 1 − `labelSmoothing` to the label and spreads the
    /// rest evenly over all classes, including the label's class.
    ///
    /// As Keras's `CategoricalCrossentropy(label_smoothing=…)` on the labels' one-hot vectors. Validation
    /// losses are smoothed too.
    ///
    /// Source: https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class
    case categoricalCrossentropy(labelSmoothing: Float = 0)

    /// The share of each label that is spread over all classes.
    var labelSmoothing: Float {
        switch self {
        case .sparseCategoricalCrossentropy: 0
        case .categoricalCrossentropy(let labelSmoothing): labelSmoothing
        }
    }

    /// - Throws: ``TrainingError`` for an argument that makes no sense.
    func check() throws {
        guard (0...1).contains(labelSmoothing) else {
            throw TrainingError.invalid(
                argument: "labelSmoothing", value: "\(labelSmoothing)", allowed: "a number from 0 to 1")
        }
    }
}
