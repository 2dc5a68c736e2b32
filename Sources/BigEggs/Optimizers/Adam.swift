/// The Adam optimizer.
///
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015;
/// https://keras.io/api/optimizers/adam/
public struct Adam: Optimizer {
    public var schedule: LearningRateSchedule
    /// The decay rate of the first moment, the moving mean of the gradients.
    public var beta1: Float
    /// The decay rate of the second moment, the moving mean of the squared gradients.
    public var beta2: Float
    /// Added to the root of the second moment.
    public var epsilon: Float
    public var weightDecay: Double

    public var clipping: GradientClipping?

    public var rule: UpdateRule {
        UpdateRule(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon))
    }

    /// Adam with Keras's defaults.
    public init(
        learningRate: Double = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
        weightDecay: Double = 0, clipping: GradientClipping? = nil
    ) {
        self.init(
            learningRate: .constant(learningRate), beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay, clipping: clipping)
    }

    /// Adam with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, beta1: Float = 0.9, beta2: Float = 0.999,
        epsilon: Float = 1e-7, weightDecay: Double = 0, clipping: GradientClipping? = nil
    ) {
        schedule = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.clipping = clipping
    }
}

extension Adam: ConfigurableOptimizer {
    package init(_ settings: inout Settings) throws {
        self.init(
            learningRate: try settings.learningRate(otherwise: 1e-3),
            beta1: try settings.float("beta_1") ?? 0.9, beta2: try settings.float("beta_2") ?? 0.999,
            epsilon: try settings.float("epsilon") ?? 1e-7,
            weightDecay: try settings.number("weight_decay") ?? 0, clipping: try settings.clipping())
    }
}

/// The step of ``Adam`` and ``AdamW``.
struct AdamUpdate: SegmentUpdate {
    let beta1, beta2, epsilon: Float
    let stateNames = ["momentum", "velocity"]

    func check() throws {
        for (argument, beta) in [("beta1", beta1), ("beta2", beta2)] where !(beta >= 0 && beta < 1) {
            throw TrainingError.invalid(
                argument: argument, value: "\(beta)", allowed: "from 0 up to but not including 1")
        }
        guard epsilon > 0, epsilon.isFinite else {
            throw TrainingError.invalid(argument: "epsilon", value: "\(epsilon)", allowed: "more than 0")
        }
    }

    func update(_ segment: ParameterSegment, step: Int, rate: Float, decay: Float) {
        AdamPass.run(
            parameters: segment.parameters, gradients: segment.gradients, first: segment.states[0],
            second: segment.states[1], count: segment.count, step: step, rate: rate, beta1: beta1,
            beta2: beta2, epsilon: epsilon, decay: decay)
    }
}
