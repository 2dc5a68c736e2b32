extension LayerNormalization: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let input =
            layer.outputShape.count == 3
            ? try plan.blocked(inputs[0], for: layer.name) : try plan.flattened(inputs[0], for: layer.name)
        return plan.add(
            LayerNormalizationNode(
                name: layer.name, input: input, gamma: scale ? layer.parameters[0] : nil,
                beta: center ? layer.parameters.last : nil, epsilon: epsilon,
                precision: plan.key.precision))
    }
}
