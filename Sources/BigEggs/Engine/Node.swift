/// One step of a plan: a primitive or a hand-written pass, forward and backward.
protocol Node: AnyObject {
    /// The name of the node's layer, such as "conv2d_1".
    var name: String { get }
    var inputs: [Signal] { get }
    var output: Signal { get }
    /// Whether the forward pass may overwrite the first input with the output.
    var mayWorkInPlace: Bool { get }
    /// Whether the backward pass overwrites the output's gradient with the inputs' gradient.
    var sharesGradient: Bool { get }
    /// Whether the node has parameters, so that the backward pass must reach it. Frozen parameters count too, because
    /// Grad-CAM needs the gradient of their layer's output.
    var hasParameters: Bool { get }
    /// Bytes of the node's own memory at ``ownPlace``, kept from the forward to the backward pass.
    var ownBytes: Int { get }
    /// The signals whose values the backward pass reads.
    var valuesForBackward: [Signal] { get }
    /// Whether the backward pass reads the node's input at ``Signal/placeInBackward``.
    var takesRecomputedInput: Bool { get }
    /// A pass that computes the output again, at its ``Signal/placeInBackward``; nil if that would cost too much.
    func makeRecomputation() throws -> (any Pass)?
    /// All passes that need addresses and scratch.
    var passes: [any Pass] { get }
    /// The numbers of the parameter copies that the node reads.
    var copies: [Int] { get }

    /// Batch statistics that a forward pass in training measures; the step adds them to the moving statistics.
    var statistics: BatchStatistics? { get }

    /// Creates the passes of the backward direction. All readers of the output have already created theirs.
    ///
    /// - Parameter inputGradients: the place of each input's gradient; `nil` if that gradient is not needed.
    func describeBackward(inputGradients: [Place?]) throws
    /// Called when the memory has moved; `memory` gives the new addresses.
    func bind(_ memory: PlanMemory)
    func forward(_ step: StepContext)
    func backward(_ step: StepContext)
    /// The name of each pass and of its implementation, for display.
    var algorithms: [(pass: String, implementation: String)] { get }
    /// The number of multiplications and additions in the forward and in the backward pass of a convolution
    /// or matrix product, as direct convolution needs them.
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
