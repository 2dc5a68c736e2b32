extension GaussianNoise: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) -> Signal {
        guard plan.key.isLearning, stddev > 0 else { return inputs[0] }
        return plan.add(
            NoiseNode(
                name: layer.name, input: inputs[0], deviation: stddev, layer: layer.index, seed: plan.seed,
                precision: plan.key.precision))
    }
}
