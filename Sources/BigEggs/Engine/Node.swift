/// One step of a plan: a primitive or a hand-written pass, forward and backward.
protocol Node: AnyObject {
    /// The layer it belongs to, as in "conv2d_1".
    var name: String { get }
    var inputs: [Signal] { get }
    var output: Signal { get }
    /// Whether the forward pass may overwrite the first input with the output.
    var mayWorkInPlace: Bool { get }
    /// Whether the backward pass turns the output's gradient into the inputs' in the same memory.
    var sharesGradient: Bool { get }
    /// Whether the node has parameters, so that the backward pass must reach it. Frozen parameters count: Grad-CAM
    /// needs the gradient of their layer's output.
    var hasParameters: Bool { get }
    /// Bytes of the node's own memory at ``ownPlace``, kept from the forward to the backward pass.
    var ownBytes: Int { get }
    /// The signals whose values the backward pass reads.
    var valuesForBackward: [Signal] { get }
    /// Whether the backward pass reads its input at ``Signal/placeInBackward``.
    var takesRecomputedInput: Bool { get }
    /// Computes the output again, at its ``Signal/placeInBackward``; nil if that costs too much.
    func makeRecomputation() throws -> (any Pass)?
    /// All passes that need addresses and scratch.
    var passes: [any Pass] { get }
    /// The numbers of the parameter copies that the node reads.
    var copies: [Int] { get }

    /// Batch statistics that a forward pass in training measures, for the step to keep.
    var statistics: BatchStatistics? { get }

    /// Describes the backward pass. All readers of the output have already described theirs.
    ///
    /// - Parameter inputGradients: the place of each input's gradient; `nil` if it is not needed.
    func describeBackward(inputGradients: [Place?]) throws
    /// Called when the memory has moved; `memory` gives addresses.
    func bind(_ memory: PlanMemory)
    func forward(_ step: StepContext)
    func backward(_ step: StepContext)
    /// The implementations' names by pass, for display.
    var algorithms: [(pass: String, implementation: String)] { get }
    /// Multiplications and additions of a convolution or product in each pass, by its definition.
    var operations: (forward: Int, backward: Int) { get }
}

extension Node {
    var mayWorkInPlace: Bool { false }
    var sharesGradient: Bool { false }
    var hasParameters: Bool { false }
    var ownBytes: Int { 0 }
    var valuesForBackward: [Signal] { [] }
    var ownPlace: Place { .own(ObjectIdentifier(self)) }
    var takesRecomputedInput: Bool { false }
    func makeRecomputation() throws -> (any Pass)? { nil }
    var passes: [any Pass] { [] }
    var copies: [Int] { [] }
    var statistics: BatchStatistics? { nil }
    func bind(_ memory: PlanMemory) {}
    var algorithms: [(pass: String, implementation: String)] { [] }
    var operations: (forward: Int, backward: Int) { (0, 0) }
}
