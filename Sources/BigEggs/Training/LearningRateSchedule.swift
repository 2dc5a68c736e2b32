import Glibc

/// A learning rate as a function of the step.
///
/// ```swift
/// let steps = 391 * 30
/// try model.compile(optimizer: SGD(learningRate: .oneCycle(maxLearningRate: 0.1, totalSteps: steps), momentum: 0.9))
/// ```
///
/// For a rate that depends only on the epoch, use ``LearningRateScheduler``.
public enum LearningRateSchedule: Sendable, Codable, Equatable, CustomStringConvertible {
    /// The same rate at every step, until a callback sets another.
    case constant(Double)

    /// Cosine decay from `initialLearningRate` to `alpha` times that over `decaySteps`, then constant.
    ///
    /// With a `warmupTarget` the rate first goes linearly from `initialLearningRate` to the target over
    /// `warmupSteps`, then decays from the target to `alpha` times the target.
    ///
    /// Source: Loshchilov and Hutter, "SGDR", 2017;
    /// https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/
    case cosineDecay(
        initialLearningRate: Double, decaySteps: Int, alpha: Double = 0, warmupTarget: Double? = nil,
        warmupSteps: Int = 0)

    /// Polynomial decay from `initialLearningRate` to `endLearningRate` over `decaySteps`, then constant.
    ///
    /// The difference from `endLearningRate` is proportional to the share of steps left, raised to `power`. A `power`
    /// of 1 gives a linear decay.
    ///
    /// Source: https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/
    case polynomialDecay(
        initialLearningRate: Double, decaySteps: Int, endLearningRate: Double = 0.0001, power: Double = 1)

    /// One cycle: up to `maxLearningRate`, then down, both along half a cosine wave.
    ///
    /// The rate rises from `maxLearningRate / divFactor` during the first `pctStart` of all steps, then falls to the
    /// initial rate divided by `finalDivFactor`. After `totalSteps` it stays constant. The momentum does not change
    /// (PyTorch's `cycle_momentum=False`).
    ///
    /// Source: Smith and Topin, "Super-convergence", 2018; PyTorch's `OneCycleLR`, since Keras has none.
    case oneCycle(
        maxLearningRate: Double, totalSteps: Int, pctStart: Double = 0.3, divFactor: Double = 25,
        finalDivFactor: Double = 1e4)

    /// The rate of a step, counted from 0.
    public func learningRate(at step: Int) -> Double {
        switch self {
        case .constant(let rate):
            return rate
        case .cosineDecay(let initial, let decaySteps, let alpha, let warmupTarget, let warmupSteps):
            let warmup = warmupTarget == nil ? 0 : warmupSteps
            if let warmupTarget, step < warmup {
                return initial + (warmupTarget - initial) * Double(step) / Double(warmup)
            }
            let done = min(1, Double(step - warmup) / Double(decaySteps))
            return (warmupTarget ?? initial) * ((1 - alpha) * 0.5 * (1 + cos(.pi * done)) + alpha)
        case .polynomialDecay(let initial, let decaySteps, let end, let power):
            let left = 1 - Double(min(step, decaySteps)) / Double(decaySteps)
            return (initial - end) * pow(left, power) + end
        case .oneCycle(let maximum, let totalSteps, let pctStart, let divFactor, let finalDivFactor):
            func wave(from start: Double, to end: Double, _ done: Double) -> Double {
                end + (start - end) / 2 * (1 + cos(.pi * done))
            }
            let first = maximum / divFactor
            let peak = pctStart * Double(totalSteps) - 1
            let last = Double(totalSteps - 1)
            let step = min(Double(step), last)
            return step < peak
                ? wave(from: first, to: maximum, step / peak)
                : wave(from: maximum, to: first / finalDivFactor, (step - peak) / (last - peak))
        }
    }

    /// Whether the rate is the same at every step.
    public var isConstant: Bool { if case .constant = self { true } else { false } }

    /// The rate itself, or the schedule with its arguments.
    public var description: String {
        switch self {
        case .constant(let rate):
            "\(rate)"
        case .cosineDecay(let initial, let decaySteps, let alpha, let warmupTarget, let warmupSteps):
            "cosineDecay(\(initial), \(decaySteps) steps, alpha \(alpha)"
                + (warmupTarget.map { ", to \($0) in \(warmupSteps) steps first" } ?? "") + ")"
        case .polynomialDecay(let initial, let decaySteps, let end, let power):
            "polynomialDecay(\(initial), \(decaySteps) steps, to \(end), power \(power))"
        case .oneCycle(let maximum, let totalSteps, let pctStart, let divFactor, let finalDivFactor):
            "oneCycle(\(maximum), \(totalSteps) steps, pctStart \(pctStart), divFactor \(divFactor), "
                + "finalDivFactor \(finalDivFactor))"
        }
    }

    /// - Throws: ``TrainingError`` for an invalid argument.
    func check() throws {
        func require(_ holds: Bool, _ argument: String, _ value: some Any, _ allowed: String) throws {
            guard holds else {
                throw TrainingError.invalid(argument: argument, value: "\(value)", allowed: allowed)
            }
        }
        func isPositive(_ value: Double) -> Bool { value > 0 && value.isFinite }
        switch self {
        case .constant(let rate):
            try require(isPositive(rate), "learningRate", rate, "more than 0")
        case .cosineDecay(let initial, let decaySteps, let alpha, let warmupTarget, let warmupSteps):
            // A warm-up may start at 0.
            let startsAtZero = warmupTarget != nil && initial == 0
            try require(isPositive(initial) || startsAtZero, "initialLearningRate", initial, "more than 0")
            try require(decaySteps > 0, "decaySteps", decaySteps, "1 or more")
            try require((0...1).contains(alpha), "alpha", alpha, "a number from 0 to 1")
            try require(warmupSteps >= 0, "warmupSteps", warmupSteps, "0 or more")
            if let warmupTarget {
                try require(isPositive(warmupTarget), "warmupTarget", warmupTarget, "more than 0")
            }
        case .polynomialDecay(let initial, let decaySteps, let end, let power):
            try require(isPositive(initial), "initialLearningRate", initial, "more than 0")
            try require(decaySteps > 0, "decaySteps", decaySteps, "1 or more")
            try require(end >= 0 && end.isFinite, "endLearningRate", end, "0 or more")
            try require(isPositive(power), "power", power, "more than 0")
        case .oneCycle(let maximum, let totalSteps, let pctStart, let divFactor, let finalDivFactor):
            try require(isPositive(maximum), "maxLearningRate", maximum, "more than 0")
            try require(totalSteps > 1, "totalSteps", totalSteps, "2 or more")
            try require((0..<1).contains(pctStart), "pctStart", pctStart, "from 0 up to but not including 1")
            try require(isPositive(divFactor), "divFactor", divFactor, "more than 0")
            try require(isPositive(finalDivFactor), "finalDivFactor", finalDivFactor, "more than 0")
        }
    }
}
