extension Add: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        plan.add(
            SumNode(
                name: layer.name, inputs: try inputs.map { try plan.arranged($0, for: layer) },
                precision: plan.key.precision))
    }
}
