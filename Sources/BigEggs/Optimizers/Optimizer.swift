/// What `compile` is told about the way from gradients to new weights.
///
/// The library has all optimizers; ``UpdateRule`` cannot be made outside of it.
public protocol Optimizer: Sendable, Codable, Equatable {
    /// The learning rate at every step.
    var schedule: LearningRateSchedule { get set }
    /// The share of itself, times the learning rate, that every trainable number loses in a step; 0 for none.
    ///
    /// It is taken before the step and has no part in momentum or moments.
    var weightDecay: Double { get }
    /// What is done to gradients before the step.
    var clipping: GradientClipping? { get }
    /// The arithmetic of a step.
    var rule: UpdateRule { get }
}

extension Optimizer {
    /// The learning rate of the first step. Setting it makes the rate constant.
    public var learningRate: Double {
        get { schedule.learningRate(at: 0) }
        set { schedule = .constant(newValue) }
    }

    /// - Throws: ``TrainingError`` for an argument that makes no sense.
    func check() throws {
        try schedule.check()
        try rule.update.check()
        try clipping?.check()
        guard weightDecay >= 0, weightDecay.isFinite else {
            throw TrainingError.invalid(
                argument: "weightDecay", value: "\(weightDecay)", allowed: "0 or more")
        }
    }

    func isEqual(to other: any Optimizer) -> Bool { other as? Self == self }
}
