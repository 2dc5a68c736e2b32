extension Conv2D: LoweredLayer {
    var readsPlanes: Bool { true }

    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let isFirst = inputs[0] === plan.input && inputs[0].dims[1] < 16
        let input = isFirst ? inputs[0] : try plan.blocked(inputs[0], for: layer.name)
        let channels = input.dims[1]
        let (rows, columns) = (window.size[0], window.size[1])
        let zeros = window.zeros(for: layer.inputShapes[0])
        return plan.add(
            try ConvolutionNode(
                name: layer.name, input: input, outputDims: plan.imageDims(layer.outputShape),
                kernel: layer.parameters[0], bias: layer.parameters[1],
                kerasKernel: .strided(
                    [filters, channels, rows, columns], .float32,
                    strides: [1, filters, columns * channels * filters, channels * filters]),
                window: .init(
                    size: window.size, strides: window.strides, paddingBefore: zeros.before,
                    paddingAfter: zeros.after),
                rectifies: activation == .relu, precision: plan.key.precision,
                allowsWinograd: plan.key.allowsWinograd, threads: plan.key.threads, store: plan.store))
    }
}
