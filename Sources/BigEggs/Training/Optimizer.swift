/// What `compile` is told about the way from gradients to new weights: ``Adam``, ``AdamW`` or ``SGD``.
public protocol Optimizer: Sendable, Codable, Equatable {
    /// The learning rate at every step.
    var schedule: LearningRateSchedule { get set }
    /// The share of itself, times the learning rate, that every trainable number loses in a step; 0 for none.
    ///
    /// It is taken before the step and has no part in momentum or moments.
    var weightDecay: Double { get }
    /// The arithmetic of a step.
    var rule: UpdateRule { get }
}

extension Optimizer {
    /// The learning rate of the first step. Setting it makes the rate constant.
    public var learningRate: Double {
        get { schedule.learningRate(at: 0) }
        set { schedule = .constant(newValue) }
    }
}

/// The arithmetic by which the engine turns a gradient into a change of the parameter.
public enum UpdateRule: Sendable, Codable, Equatable {
    /// See ``Adam``.
    case adam(beta1: Float, beta2: Float, epsilon: Float)
    /// See ``SGD``.
    case sgd(momentum: Float, nesterov: Bool)

    /// - Throws: ``TrainingError`` for an argument that makes no sense.
    func check() throws {
        switch self {
        case .adam(let beta1, let beta2, let epsilon):
            for (argument, beta) in [("beta1", beta1), ("beta2", beta2)] {
                guard beta >= 0, beta < 1 else {
                    throw TrainingError.invalid(
                        argument: argument, value: "\(beta)", allowed: "from 0 up to but not including 1")
                }
            }
            guard epsilon > 0, epsilon.isFinite else {
                throw TrainingError.invalid(
                    argument: "epsilon", value: "\(epsilon)", allowed: "more than 0")
            }
        case .sgd(let momentum, _):
            guard (0...1).contains(momentum) else {
                throw TrainingError.invalid(
                    argument: "momentum", value: "\(momentum)", allowed: "a number from 0 to 1")
            }
        }
    }
}

/// An optimizer at work: its state beside the parameters, and its count of steps.
final class OptimizerState {
    let optimizer: any Optimizer
    /// Adam's mean of gradients, or the momentum.
    var first: AlignedMemory?
    /// Adam's mean of squared gradients.
    var second: AlignedMemory?
    /// Steps taken.
    var step = 0
    /// A learning rate that was set since, in place of the optimizer's own.
    private var setRate: Double?

    init(_ optimizer: any Optimizer) throws {
        try optimizer.schedule.check()
        try optimizer.rule.check()
        guard optimizer.weightDecay >= 0, optimizer.weightDecay.isFinite else {
            throw TrainingError.invalid(
                argument: "weightDecay", value: "\(optimizer.weightDecay)", allowed: "0 or more")
        }
        self.optimizer = optimizer
    }

    /// The learning rate of the next step. Once set, it stays.
    var learningRate: Double {
        get { setRate ?? optimizer.schedule.learningRate(at: step) }
        set { setRate = newValue }
    }

    /// Whether the learning rate changes by itself.
    var followsSchedule: Bool { setRate == nil && !optimizer.schedule.isConstant }

    /// Calls `body`, whose steps are at a learning rate of 0, and forgets those steps.
    func withoutLearning<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (first, second, step, setRate) = (self.first, self.second, self.step, self.setRate)
        // The steps make moments of their own, for they would change these in place.
        (self.first, self.second, self.setRate) = (nil, nil, 0)
        defer { (self.first, self.second, self.step, self.setRate) = (first, second, step, setRate) }
        return try body()
    }

    /// One step over all parameters of a store.
    func apply(to store: ParameterStore, learningRate: Double) {
        guard let parameters = store.parameters, let gradients = store.gradients else { return }
        apply(
            to: parameters.floats, gradients: gradients.floats, count: store.elementCount,
            learningRate: learningRate)
        store.markChanged()
    }

    /// One step over flat buffers of `count` elements, a multiple of sixteen.
    func apply(
        to parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, count: Int,
        learningRate: Double
    ) {
        let decay = Float(learningRate * optimizer.weightDecay)
        step += 1
        switch optimizer.rule {
        case .adam(let beta1, let beta2, let epsilon):
            let first = self.first ?? AlignedMemory(bytes: count * 4)
            let second = self.second ?? AlignedMemory(bytes: count * 4)
            (self.first, self.second) = (first, second)
            AdamPass.run(
                parameters: parameters, gradients: gradients, first: first.floats, second: second.floats,
                count: count, step: step, rate: Float(learningRate), beta1: beta1, beta2: beta2,
                epsilon: epsilon, decay: decay)
        case .sgd(let momentum, let nesterov):
            if momentum > 0, first == nil { first = AlignedMemory(bytes: count * 4) }
            SGDPass.run(
                parameters: parameters, gradients: gradients, velocity: first?.floats, count: count,
                rate: Float(learningRate), momentum: momentum, nesterov: nesterov, decay: decay)
        }
    }
}

extension Optimizer {
    /// Parameters after each of a number of steps with gradients fixed beforehand, without a model: what
    /// tests compare with a reference.
    ///
    /// - Parameters:
    ///   - parameters: their values before the first step, a multiple of sixteen of them.
    ///   - gradients: those of each step.
    package func path(from parameters: [Float], gradients: [[Float]]) throws -> [[Float]] {
        let state = try OptimizerState(self)
        var parameters = parameters
        return gradients.map { gradient in
            state.apply(
                to: &parameters, gradients: gradient, count: parameters.count,
                learningRate: state.learningRate)
            return parameters
        }
    }
}
