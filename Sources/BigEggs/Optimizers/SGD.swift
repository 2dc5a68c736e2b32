/// Stochastic gradient descent, with optional momentum.
///
/// Without momentum w −= rate · g. With it v = momentum · v − rate · g, and then w += v or, with Nesterov momentum,
/// w += momentum · v − rate · g.
///
/// Source: https://keras.io/api/optimizers/sgd/
public struct SGD: Optimizer {
    public var schedule: LearningRateSchedule
    /// The factor by which v is multiplied in each step, from 0 to 1; 0 for no momentum.
    public var momentum: Float
    /// Whether to use Nesterov momentum.
    public var nesterov: Bool
    public var weightDecay: Double

    public var clipping: GradientClipping?

    public var rule: UpdateRule { UpdateRule(SGDUpdate(momentum: momentum, nesterov: nesterov)) }

    /// Gradient descent with Keras's defaults.
    public init(
        learningRate: Double = 0.01, momentum: Float = 0, nesterov: Bool = false, weightDecay: Double = 0,
        clipping: GradientClipping? = nil
    ) {
        self.init(
            learningRate: .constant(learningRate), momentum: momentum, nesterov: nesterov,
            weightDecay: weightDecay, clipping: clipping)
    }

    /// Gradient descent with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, momentum: Float = 0, nesterov: Bool = false,
        weightDecay: Double = 0, clipping: GradientClipping? = nil
    ) {
        schedule = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
        self.clipping = clipping
    }
}

extension SGD: ConfigurableOptimizer {
    package init(_ settings: inout Settings) throws {
        self.init(
            learningRate: try settings.learningRate(otherwise: 0.01),
            momentum: try settings.float("momentum") ?? 0, nesterov: try settings.flag("nesterov") ?? false,
            weightDecay: try settings.number("weight_decay") ?? 0, clipping: try settings.clipping())
    }
}

/// The step of ``SGD``.
struct SGDUpdate: SegmentUpdate {
    let momentum: Float
    let nesterov: Bool

    var stateNames: [String] { momentum > 0 ? ["momentum"] : [] }

    func check() throws {
        guard (0...1).contains(momentum) else {
            throw TrainingError.invalid(
                argument: "momentum", value: "\(momentum)", allowed: "a number from 0 to 1")
        }
    }

    func update(_ segment: ParameterSegment, step: Int, rate: Float, decay: Float) {
        SGDPass.run(
            parameters: segment.parameters, gradients: segment.gradients, velocity: segment.states.first,
            count: segment.count, rate: rate, momentum: momentum, nesterov: nesterov, decay: decay)
    }
}
