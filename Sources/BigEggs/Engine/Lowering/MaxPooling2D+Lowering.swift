extension MaxPooling2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        guard !inputs[0].isPooled else {
            inputs[0].isPooled = false
            return inputs[0]
        }
        let zeros = window.zeros(for: layer.inputShapes[0])
        return plan.add(
            try PoolingNode(
                name: layer.name, input: try plan.blocked(inputs[0], for: layer.name),
                outputDims: plan.imageDims(layer.outputShape),
                window: .init(
                    size: window.size, strides: window.strides, paddingBefore: zeros.before,
                    paddingAfter: zeros.after),
                training: plan.key.training))
    }
}
