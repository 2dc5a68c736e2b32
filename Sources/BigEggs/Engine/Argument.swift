/// What is given to a primitive.
enum Argument: CaseIterable {
    case source, weights, bias, destination
    case sourceGradient, weightsGradient, biasGradient, destinationGradient
    /// What a forward pass keeps for the backward one.
    case workspace
    case scratchpad
}
