extension Dropout: LoweredLayer {
    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) {
        guard plan.key.training, !plan.key.isFrozen, rate > 0 else { return }
        plan.add(
            DropoutNode(
                name: layer.name, input: plan.signal, rate: rate, layer: layer.index, seed: plan.seed,
                precision: plan.key.precision, reserve: { plan.layout.reserve($0) }))
    }
}
