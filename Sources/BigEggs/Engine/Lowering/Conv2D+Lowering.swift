extension Conv2D: LoweredLayer {
    var readsPlanes: Bool { true }

    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) throws {
        if plan.signal.dims[1] >= 16 || !plan.nodes.isEmpty { try plan.useImageLayout(layer.name) }
        let channels = plan.signal.dims[1]
        let (rows, columns) = (window.size[0], window.size[1])
        let zeros = window.zeros(for: layer.inputShape)
        try plan.add(
            ConvolutionNode(
                name: layer.name, input: plan.signal, outputDims: plan.imageDims(layer.outputShape),
                kernel: layer.parameters[0], bias: layer.parameters[1],
                kerasKernel: .strided(
                    [filters, channels, rows, columns], .float32,
                    strides: [1, filters, columns * channels * filters, channels * filters]),
                window: .init(
                    size: window.size, strides: window.strides, paddingBefore: zeros.before,
                    paddingAfter: zeros.after),
                rectifies: activation == .relu, precision: plan.key.precision,
                allowsWinograd: plan.key.allowsWinograd, threads: plan.key.threads, store: plan.store,
                place: { plan.layout.reserve($0) }))
    }
}
