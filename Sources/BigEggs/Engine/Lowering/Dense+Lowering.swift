extension Dense: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let dims = inputs[0].dims
        // A flattened image is read in its own layout; with channels last, that is a matrix in Keras's order.
        let isMatrix = dims.count == 2 || inputs[0].layout == .channelsLast(dims, inputs[0].layout.precision)
        let kernel: TensorLayout =
            if !isMatrix {
                .strided(
                    [units, dims[1], dims[2], dims[3]], .float32,
                    strides: [1, units, dims[3] * dims[1] * units, dims[1] * units])
            } else {
                .strided([units, dims.dropFirst().reduce(1, *)], .float32, strides: [1, units])
            }
        // Only logits are float32. The input and output of an activation function have the plan's precision.
        let isLogits = layer.isOutput && activation.elementwise == nil
        let output = plan.add(
            try InnerProductNode(
                name: layer.name, input: inputs[0], units: units, kernel: layer.parameters[0],
                bias: self.kernel.useBias ? layer.parameters[1] : nil, kerasKernel: kernel,
                rectifies: activation == .relu,
                outputPrecision: isLogits ? .float32 : plan.key.precision, precision: plan.key.precision,
                threads: plan.key.threads, fixedParts: plan.key.fixedParts, store: plan.store))
        return try plan.apply(activation, to: output, for: layer)
    }
}
