/// One step of a plan: a primitive or a hand-written pass, forward and backward.
protocol Node: AnyObject {
    /// The layer it belongs to, as in "conv2d_1".
    var name: String { get }
    var inputs: [Signal] { get }
    var output: Signal { get }
    /// The forward pass may write the output where the first input lies.
    var mayWorkInPlace: Bool { get }
    /// The backward pass turns the output's gradient into the inputs' in the same memory.
    var sharesGradient: Bool { get }
    /// The backward pass reaches the node for its own sake. Frozen parameters count: Grad-CAM wants the gradient of
    /// what their layer puts out.
    var hasParameters: Bool { get }
    /// Memory of its own, kept from the forward to the backward pass, at ``ownPlace``.
    var ownBytes: Int { get }
    /// What the backward pass reads beside gradients.
    var valuesForBackward: [Signal] { get }
    /// Whether the backward pass finds its input where ``Signal/placeInBackward`` says.
    var takesRecomputedInput: Bool { get }
    /// Computes the output again, at its ``Signal/placeInBackward``; nil if that costs too much.
    func makeRecomputation() throws -> (any Pass)?
    /// Every pass that is to be given addresses and scratch.
    var passes: [any Pass] { get }
    /// The stored parameters' copies that the node reads.
    var copies: [Int] { get }

    /// What a forward pass in training measures of its batch, for the step to keep.
    var statistics: BatchStatistics? { get }

    /// Describes the backward pass; whoever reads the output has described its own by now.
    ///
    /// - Parameter inputGradients: where the gradient of each input goes; `nil` if nobody needs it.
    func describeBackward(inputGradients: [Place?]) throws
    /// Called when the memory has moved; `memory` gives addresses.
    func bind(_ memory: PlanMemory)
    func forward(_ step: StepContext)
    func backward(_ step: StepContext)
    /// What ran, for people: the implementations' names by pass.
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
