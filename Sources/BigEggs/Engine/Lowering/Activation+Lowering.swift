extension Activation: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) -> Signal {
        // The loss takes the softmax.
        guard function == .relu else { return inputs[0] }
        return plan.add(
            RectifierNode(name: layer.name, input: inputs[0], precision: plan.key.precision))
    }
}
