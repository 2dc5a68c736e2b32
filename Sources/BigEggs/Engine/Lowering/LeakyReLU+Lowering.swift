extension LeakyReLU: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        try plan.apply(.init(function: .leakyRectifier, alpha: negativeSlope), to: inputs[0], for: layer)
    }
}
