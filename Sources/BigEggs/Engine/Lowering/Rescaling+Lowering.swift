extension Rescaling: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        try plan.apply(.init(function: .linear, alpha: scale, beta: offset), to: inputs[0], for: layer)
    }
}
