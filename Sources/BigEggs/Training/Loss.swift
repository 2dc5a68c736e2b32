/// The loss that training minimizes.
///
/// Labels are class indices. The loss is computed from the logits, the input of the last layer's softmax.
public enum Loss: Sendable, Codable, Equatable {
    /// −log of the predicted probability of the label.
    ///
    /// Source: https://keras.io/api/losses/probabilistic_losses/#sparse_categorical_crossentropy-function
    case sparseCategoricalCrossentropy

    /// −∑ target · log(probability) over the classes: the target is `labelSmoothing / classes` for each
    /// class, plus 1 − `labelSmoothing` for the label.
    ///
    /// The same as Keras's `CategoricalCrossentropy(label_smoothing=…)` with one-hot labels. Validation
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

    /// - Throws: ``TrainingError`` for an invalid argument.
    func check() throws {
        guard (0...1).contains(labelSmoothing) else {
            throw TrainingError.invalid(
                argument: "labelSmoothing", value: "\(labelSmoothing)", allowed: "a number from 0 to 1")
        }
    }
}
