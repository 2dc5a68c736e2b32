extension Concatenate: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let inputs = try inputs.map { try plan.arranged($0, for: layer) }
        let dims = inputs[0].dims
        let channels = inputs.reduce(0) { $0 + $1.dims[1] }
        return plan.add(
            ConcatenationNode(
                name: layer.name, inputs: inputs, outputDims: [dims[0], channels] + dims[2...],
                precision: plan.key.precision))
    }
}
