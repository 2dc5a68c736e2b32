/// Stochastic gradient descent, with momentum if wanted.
///
/// Without momentum w −= rate · g. With it v = momentum · v − rate · g, and then w += v or, with Nesterov's,
/// w += momentum · v − rate · g.
///
/// Source: https://keras.io/api/optimizers/sgd/
public struct SGD: Optimizer {
    public var schedule: LearningRateSchedule
    /// How much of a step goes into the next, from 0 to 1.
    public var momentum: Float
    /// Whether the momentum is Nesterov's.
    public var nesterov: Bool
    public var weightDecay: Double

    public var rule: UpdateRule { .sgd(momentum: momentum, nesterov: nesterov) }

    /// Gradient descent with Keras's defaults.
    public init(
        learningRate: Double = 0.01, momentum: Float = 0, nesterov: Bool = false, weightDecay: Double = 0
    ) {
        self.init(
            learningRate: .constant(learningRate), momentum: momentum, nesterov: nesterov,
            weightDecay: weightDecay)
    }

    /// Gradient descent with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, momentum: Float = 0, nesterov: Bool = false,
        weightDecay: Double = 0
    ) {
        schedule = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }
}
