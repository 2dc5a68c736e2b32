/// The Adam optimizer.
///
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015;
/// https://keras.io/api/optimizers/adam/
public struct Adam: Optimizer {
    public var schedule: LearningRateSchedule
    /// The decay of the mean of gradients.
    public var beta1: Float
    /// The decay of the mean of squared gradients.
    public var beta2: Float
    /// Added to the root of the second moment.
    public var epsilon: Float
    public var weightDecay: Double

    public var rule: UpdateRule { .adam(beta1: beta1, beta2: beta2, epsilon: epsilon) }

    /// Adam with Keras's defaults.
    public init(
        learningRate: Double = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
        weightDecay: Double = 0
    ) {
        self.init(
            learningRate: .constant(learningRate), beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay)
    }

    /// Adam with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, beta1: Float = 0.9, beta2: Float = 0.999,
        epsilon: Float = 1e-7, weightDecay: Double = 0
    ) {
        schedule = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }
}
