/// Adam with decoupled weight decay: each step also reduces every weight by a fraction of its value.
///
/// As in Keras, biases and batch normalization's γ and β decay too, and the fraction is the weight decay times the
/// learning rate.
///
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019;
/// https://keras.io/api/optimizers/adamw/
public struct AdamW: Optimizer {
    public var schedule: LearningRateSchedule
    public var weightDecay: Double
    /// The decay rate of the first moment, the moving mean of the gradients.
    public var beta1: Float
    /// The decay rate of the second moment, the moving mean of the squared gradients.
    public var beta2: Float
    /// Added to the root of the second moment.
    public var epsilon: Float

    public var clipping: GradientClipping?

    public var rule: UpdateRule {
        UpdateRule(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon))
    }

    /// AdamW with Keras's defaults.
    public init(
        learningRate: Double = 1e-3, weightDecay: Double = 0.004, beta1: Float = 0.9, beta2: Float = 0.999,
        epsilon: Float = 1e-7, clipping: GradientClipping? = nil
    ) {
        self.init(
            learningRate: .constant(learningRate), weightDecay: weightDecay, beta1: beta1, beta2: beta2,
            epsilon: epsilon, clipping: clipping)
    }

    /// AdamW with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, weightDecay: Double = 0.004, beta1: Float = 0.9,
        beta2: Float = 0.999, epsilon: Float = 1e-7, clipping: GradientClipping? = nil
    ) {
        schedule = learningRate
        self.weightDecay = weightDecay
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clipping = clipping
    }
}

extension AdamW: ConfigurableOptimizer {
    package init(_ settings: inout Settings) throws {
        self.init(
            learningRate: try settings.learningRate(otherwise: 1e-3),
            weightDecay: try settings.number("weight_decay") ?? 0.004,
            beta1: try settings.float("beta_1") ?? 0.9, beta2: try settings.float("beta_2") ?? 0.999,
            epsilon: try settings.float("epsilon") ?? 1e-7, clipping: try settings.clipping())
    }
}
