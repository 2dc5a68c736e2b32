extension LayerNormalization: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let input = try plan.arranged(inputs[0], for: layer)
        return plan.add(
            LayerNormalizationNode(
                name: layer.name, input: input, gamma: scale ? layer.parameters[0] : nil,
                beta: center ? layer.parameters.last : nil, epsilon: epsilon,
                precision: plan.key.precision, fixedParts: plan.key.fixedParts))
    }
}
