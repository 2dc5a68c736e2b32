extension Dropout: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) -> Signal {
        guard plan.key.training, !plan.key.isFrozen, rate > 0 else { return inputs[0] }
        return plan.add(
            DropoutNode(
                name: layer.name, input: inputs[0], rate: rate, perChannel: false, layer: layer.index,
                seed: plan.seed,
                precision: plan.key.precision))
    }
}
