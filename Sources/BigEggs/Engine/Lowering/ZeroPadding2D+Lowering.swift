extension ZeroPadding2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        plan.add(
            ZeroPaddingNode(
                name: layer.name, input: try plan.blocked(inputs[0], for: layer.name),
                outputDims: plan.imageDims(layer.outputShape), top: top, left: left,
                precision: plan.key.precision))
    }
}
