/// How an optimizer changes a segment of the flat parameters.
protocol SegmentUpdate: Sendable {
    /// Keras's names of the state buffers; each holds one number per parameter.
    var stateNames: [String] { get }
    /// Whether the step reads each tensor in Keras's layout.
    var readsTensors: Bool { get }
    /// - Throws: ``TrainingError`` for an invalid argument.
    func check() throws
    /// - Throws: ``TrainingError`` for a tensor that the rule cannot change.
    func check(_ weight: Weight) throws
    /// Takes a step.
    ///
    /// - Parameters:
    ///   - step: the step's number, from 1.
    ///   - rate: the learning rate.
    ///   - decay: before the step, every parameter is reduced by this fraction of its value.
    func update(_ segment: ParameterSegment, step: Int, rate: Float, decay: Float)
}

extension SegmentUpdate {
    var readsTensors: Bool { false }
    func check(_ weight: Weight) throws {}
}
