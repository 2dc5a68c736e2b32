/// An optimizer's settings, for `compile`.
///
/// Only the library can define optimizers: ``UpdateRule`` has no public initializer.
public protocol Optimizer: Sendable, Codable, Equatable {
    /// The learning rate at every step.
    var schedule: LearningRateSchedule { get set }
    /// Decoupled weight decay; 0 for none.
    ///
    /// Before each step every trainable parameter is reduced by the product of its value, this number and the
    /// learning rate. The decay does not affect momentum or moments.
    var weightDecay: Double { get }
    /// The clipping of gradients before the step; `nil` for none.
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

    /// - Throws: ``TrainingError`` for an invalid argument.
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
