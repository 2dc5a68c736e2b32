/// The Adam optimizer.
///
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015;
/// https://keras.io/api/optimizers/adam/
public struct Adam: Sendable, Codable, Equatable {
    /// The step size at the start; callbacks change the model's ``Sequential/learningRate``.
    public var learningRate: Double
    /// The decay of the mean of gradients.
    public var beta1: Float
    /// The decay of the mean of squared gradients.
    public var beta2: Float
    /// Added to the root of the second moment.
    public var epsilon: Float

    /// Adam with Keras's defaults.
    public init(
        learningRate: Double = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }
}
