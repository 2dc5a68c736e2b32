/// What a training makes small.
public enum Loss: String, Sendable, Codable, CaseIterable {
    /// −log of the probability that the network gives to the label; labels are whole numbers.
    ///
    /// It is computed from the logits that the softmax of the last layer turns into probabilities.
    /// Source: https://keras.io/api/losses/probabilistic_losses/#sparse_categorical_crossentropy-function
    case sparseCategoricalCrossentropy
}
