/// A function that a layer applies to its output.
///
/// Source: https://keras.io/api/layers/activations/
public enum ActivationFunction: String, Sendable, Codable, CaseIterable {
    /// The output as it is.
    case linear
    /// max(x, 0).
    case relu
    /// exp(x) divided by the sum of all exponentials, which gives probabilities. Allowed only at the end of a model.
    case softmax
    /// x · Φ(x), where Φ is the cumulative distribution function of the standard normal distribution.
    case gelu
    /// x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) / 2: Keras's `gelu(x, approximate=True)`.
    case geluTanh = "gelu_tanh"
    /// x · sigmoid(x), also called swish.
    case silu
    /// x where it is positive, 0.2 · x elsewhere, as in Keras; for other slopes use the layer ``LeakyReLU``.
    case leakyReLU = "leaky_relu"
    /// x where it is positive, exp(x) − 1 elsewhere; for other scales use the layer ``ELU``.
    case elu
    /// The hyperbolic tangent.
    case tanh
    /// 1 / (1 + exp(−x)).
    case sigmoid
}
