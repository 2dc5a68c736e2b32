extension Dropout: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) -> Signal {
        plan.drop(rate, perChannel: false, of: inputs[0], for: layer)
    }
}

extension SpatialDropout2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) -> Signal {
        plan.drop(rate, perChannel: true, of: inputs[0], for: layer)
    }
}

extension PlanBuilder {
    fileprivate func drop(
        _ rate: Float, perChannel: Bool, of input: Signal, for layer: ResolvedLayer
    ) -> Signal {
        guard key.isLearning, rate > 0 else { return input }
        return add(
            DropoutNode(
                name: layer.name, input: input, rate: rate, perChannel: perChannel, layer: layer.index,
                seed: seed, precision: key.precision))
    }
}
