extension ELU: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        try plan.apply(.init(function: .elu, alpha: alpha), to: inputs[0], for: layer)
    }
}
