extension Conv2D: LoweredLayer {
    var readsPlanes: Bool { true }

    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let isFirst = inputs[0] === plan.input && inputs[0].dims[1] < 16
        let input = isFirst ? inputs[0] : try plan.blocked(inputs[0], for: layer.name)
        // Grad-CAM, which uses frozen plans, needs the unpooled output.
        let mayPool =
            activation.elementwise == nil && !plan.key.isFrozen && plan.onlyPooling(of: layer) != nil
        let output = try plan.convolve(
            input, window, filters: filters, layer.parameters[0],
            bias: kernel.useBias ? layer.parameters[1] : nil, rectifies: activation == .relu,
            mayPool: mayPool, for: layer)
        return try plan.apply(activation, to: output, for: layer)
    }
}

extension DepthwiseConv2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let output = try plan.convolveChannels(
            try plan.blocked(inputs[0], for: layer.name), window, multiplier: depthMultiplier,
            layer.parameters[0], bias: kernel.useBias ? layer.parameters[1] : nil,
            rectifies: activation == .relu, for: layer)
        return try plan.apply(activation, to: output, for: layer)
    }
}

extension SeparableConv2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        let channels = try plan.convolveChannels(
            try plan.blocked(inputs[0], for: layer.name), window, multiplier: depthMultiplier,
            layer.parameters[0], bias: nil, rectifies: false, for: layer)
        let pixel = Window(size: [1, 1], strides: [1, 1], padding: .valid)
        let output = try plan.convolve(
            channels, pixel, filters: filters, layer.parameters[1],
            bias: kernel.useBias ? layer.parameters[2] : nil, rectifies: activation == .relu, mayPool: false,
            for: layer)
        return try plan.apply(activation, to: output, for: layer)
    }
}

extension PlanBuilder {
    fileprivate func convolve(
        _ input: Signal, _ window: Window, filters: Int, _ kernel: Int, bias: Int?, rectifies: Bool,
        mayPool: Bool, for layer: ResolvedLayer
    ) throws -> Signal {
        let channels = input.dims[1]
        let (rows, columns) = (window.size[0], window.size[1])
        return try add(
            input, window, filters: filters, kernel, bias: bias, rectifies: rectifies, mayPool: mayPool,
            .strided(
                [filters, channels, rows, columns], .float32,
                strides: [1, filters, columns * channels * filters, channels * filters]), for: layer)
    }

    /// A depthwise convolution: one group per channel.
    fileprivate func convolveChannels(
        _ input: Signal, _ window: Window, multiplier: Int, _ kernel: Int, bias: Int?, rectifies: Bool,
        for layer: ResolvedLayer
    ) throws -> Signal {
        let channels = input.dims[1]
        let (rows, columns) = (window.size[0], window.size[1])
        return try add(
            input, window, filters: channels * multiplier, kernel, bias: bias, rectifies: rectifies,
            mayPool: false,
            .strided(
                [channels, multiplier, 1, rows, columns], .float32,
                strides: [multiplier, 1, 1, columns * channels * multiplier, channels * multiplier]),
            for: layer)
    }

    private func add(
        _ input: Signal, _ window: Window, filters: Int, _ kernel: Int, bias: Int?, rectifies: Bool,
        mayPool: Bool,
        _ kerasKernel: TensorLayout, for layer: ResolvedLayer
    ) throws -> Signal {
        let zeros = zeros(of: window, for: layer)
        return add(
            try ConvolutionNode(
                name: layer.name, input: input, outputDims: [key.batch, filters] + layer.outputShape[0..<2],
                kernel: kernel,
                bias: bias, kerasKernel: kerasKernel,
                window: .init(
                    size: window.size, strides: window.strides, paddingBefore: zeros.before,
                    paddingAfter: zeros.after),
                rectifies: rectifies, mayPool: mayPool, training: key.training, precision: key.precision,
                allowsWinograd: key.allowsWinograd, threads: key.threads, fixedParts: key.fixedParts,
                store: store))
    }
}
