import CKernels

/// Gradient descent with the gradient divided by the root of a moving mean of its square.
///
/// v = ρ · v + (1 − ρ) · g²; the change is rate · g / √(v + ε). If centred, v − a² replaces v, where a is the moving
/// mean of the gradient. With momentum, momentum times the last change is added.
///
/// Source: Hinton, "Neural networks for machine learning", lecture 6e, 2012; https://keras.io/api/optimizers/rmsprop/
public struct RMSprop: Optimizer {
    public var schedule: LearningRateSchedule
    /// The share of the moving means that a step keeps.
    public var rho: Float
    /// The factor by which the last change is multiplied when it is added, from 0 to 1.
    public var momentum: Float
    /// Added to the moving mean of squares.
    public var epsilon: Float
    /// Whether the gradient's variance replaces its mean square.
    public var centered: Bool
    public var weightDecay: Double
    public var clipping: GradientClipping?

    public var rule: UpdateRule {
        UpdateRule(RMSpropUpdate(rho: rho, momentum: momentum, epsilon: epsilon, centered: centered))
    }

    /// RMSprop with Keras's defaults.
    public init(
        learningRate: Double = 1e-3, rho: Float = 0.9, momentum: Float = 0, epsilon: Float = 1e-7,
        centered: Bool = false, weightDecay: Double = 0, clipping: GradientClipping? = nil
    ) {
        self.init(
            learningRate: .constant(learningRate), rho: rho, momentum: momentum, epsilon: epsilon,
            centered: centered, weightDecay: weightDecay, clipping: clipping)
    }

    /// RMSprop with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, rho: Float = 0.9, momentum: Float = 0, epsilon: Float = 1e-7,
        centered: Bool = false, weightDecay: Double = 0, clipping: GradientClipping? = nil
    ) {
        schedule = learningRate
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        self.weightDecay = weightDecay
        self.clipping = clipping
    }
}

extension RMSprop: ConfigurableOptimizer {
    package init(_ settings: inout Settings) throws {
        self.init(
            learningRate: try settings.learningRate(otherwise: 1e-3), rho: try settings.float("rho") ?? 0.9,
            momentum: try settings.float("momentum") ?? 0, epsilon: try settings.float("epsilon") ?? 1e-7,
            centered: try settings.flag("centered") ?? false,
            weightDecay: try settings.number("weight_decay") ?? 0, clipping: try settings.clipping())
    }
}

/// The step of ``RMSprop``.
struct RMSpropUpdate: SegmentUpdate {
    let rho, momentum, epsilon: Float
    let centered: Bool

    var stateNames: [String] {
        ["velocity"] + (centered ? ["average_gradient"] : []) + (momentum > 0 ? ["momentum"] : [])
    }

    func check() throws {
        for (argument, value) in [("rho", rho), ("momentum", momentum)] where !(0...1).contains(value) {
            throw TrainingError.invalid(
                argument: argument, value: "\(value)", allowed: "a number from 0 to 1")
        }
        guard epsilon > 0, epsilon.isFinite else {
            throw TrainingError.invalid(argument: "epsilon", value: "\(epsilon)", allowed: "more than 0")
        }
    }

    func update(_ segment: ParameterSegment, step: Int, rate: Float, decay: Float) {
        let (parameters, gradients, squares) = (segment.parameters, segment.gradients, segment.states[0])
        let means = centered ? segment.states[1] : nil
        let changes = momentum > 0 ? segment.states[segment.states.count - 1] : nil
        let (rho, momentum) = (self.rho, self.momentum)
        Threads.parallel(over: segment.count / 16) { range, _ in
            for index in range {
                let offset = index * 16
                let gradient = Float.load(UnsafePointer(gradients) + offset)
                let square =
                    rho * Float.load(UnsafePointer(squares) + offset) + (1 - rho) * gradient * gradient
                Float.store(square, squares + offset)
                var spread = square
                if let means {
                    let mean = rho * Float.load(UnsafePointer(means) + offset) + (1 - rho) * gradient
                    Float.store(mean, means + offset)
                    spread -= mean * mean
                }
                var change = rate * gradient / be_square_root16(spread + epsilon)
                if let changes {
                    change += momentum * Float.load(UnsafePointer(changes) + offset)
                    Float.store(change, changes + offset)
                }
                var weights = Float.load(UnsafePointer(parameters) + offset)
                weights -= weights * decay
                Float.store(weights - change, parameters + offset)
            }
        }
    }
}
