/// An argument of a primitive.
enum Argument: CaseIterable {
    case source, weights, bias, destination
    case sourceGradient, weightsGradient, biasGradient, destinationGradient
    /// Data that a forward pass keeps for the backward pass.
    case workspace
    case scratchpad
}
