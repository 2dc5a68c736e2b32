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

/// The arithmetic by which the engine turns a gradient into a change of the parameter. Only the library's own
/// optimizers have one.
public struct UpdateRule: Sendable {
    let update: any SegmentUpdate

    init(_ update: any SegmentUpdate) { self.update = update }
}

/// How an optimizer changes a segment of the flat parameters.
protocol SegmentUpdate: Sendable {
    /// What it remembers of each parameter, by Keras's names: a number for each.
    var stateNames: [String] { get }
    /// Whether the step looks at each tensor as Keras has it.
    var readsTensors: Bool { get }
    /// - Throws: ``TrainingError`` for an argument that makes no sense.
    func check() throws
    /// - Throws: ``TrainingError`` for a tensor that the rule cannot change.
    func check(_ weight: Weight) throws
    /// Takes a step.
    ///
    /// - Parameters:
    ///   - step: its number, from 1.
    ///   - rate: the learning rate.
    ///   - decay: the share that every number loses before.
    func update(_ segment: ParameterSegment, step: Int, rate: Float, decay: Float)
}

extension SegmentUpdate {
    var readsTensors: Bool { false }
    func check(_ weight: Weight) throws {}
}

/// A run of the flat parameter store whose tensors are changed alike.
struct ParameterSegment {
    /// All have `count` elements, a multiple of sixteen. What fills up a layout is zero and stays so.
    let parameters, gradients: UnsafeMutablePointer<Float>
    /// What the optimizer remembers, in the order of ``SegmentUpdate/stateNames``.
    let states: [UnsafeMutablePointer<Float>]
    let count: Int
    /// The tensors, for rules that look at each.
    let tensors: [Tensor]

    struct Tensor {
        /// Elements from the segment's start.
        let offset: Int
        /// Elements, those that fill up the layout included.
        let count: Int
        /// Keras's shape.
        let shape: [Int]
        /// Where in memory each element of Keras's row-major array is, from the tensor's start; empty unless
        /// ``SegmentUpdate/readsTensors``.
        let places: [Int32]
    }
}
