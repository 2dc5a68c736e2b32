extension MaxPooling2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) throws {
        // The batch normalization in front may have done it.
        if let last = plan.nodes.last as? BatchNormalizationNode, last.pools { return }
        try plan.useImageLayout(layer.name)
        let zeros = window.zeros(for: layer.inputShape)
        try plan.add(
            PoolingNode(
                name: layer.name, input: plan.signal, outputDims: plan.imageDims(layer.outputShape),
                window: .init(
                    size: window.size, strides: window.strides, paddingBefore: zeros.before,
                    paddingAfter: zeros.after),
                training: plan.key.training, reserve: { plan.layout.reserve($0) },
                place: { plan.layout.reserve($0) }))
    }
}
