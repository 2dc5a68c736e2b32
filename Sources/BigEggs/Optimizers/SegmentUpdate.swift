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
