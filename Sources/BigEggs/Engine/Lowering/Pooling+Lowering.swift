extension MaxPooling2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        guard !inputs[0].isPooled else {
            inputs[0].isPooled = false
            return inputs[0]
        }
        return try plan.pool(.largest, window, inputs[0], for: layer)
    }
}

extension PlanBuilder {
    /// A layer's only reader, if it is a 2×2 max pooling without padding. The layer may then do the pooling.
    func onlyPooling(of layer: ResolvedLayer) -> ResolvedLayer? {
        guard let reader = network.onlyReader(of: layer), let pooling = reader.layer as? MaxPooling2D,
            pooling.window.size == [2, 2], pooling.window.strides == [2, 2],
            zip(layer.outputShape, reader.outputShape).prefix(2).allSatisfy({ $0 / 2 == $1 })
        else { return nil }
        return reader
    }
}

extension AveragePooling2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        try plan.pool(.mean, window, inputs[0], for: layer)
    }
}

extension GlobalMaxPooling2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        try plan.poolWhole(.largest, inputs[0], for: layer)
    }
}

extension GlobalAveragePooling2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        try plan.poolWhole(.mean, inputs[0], for: layer)
    }
}

extension PlanBuilder {
    fileprivate func pool(
        _ pooling: Operation.Pooling, _ window: Window, _ input: Signal, for layer: ResolvedLayer
    ) throws -> Signal {
        let zeros = zeros(of: window, for: layer)
        let input = try blocked(input, for: layer.name)
        let outputDims = imageDims(layer.outputShape)
        let window = Operation.Window(
            size: window.size, strides: window.strides, paddingBefore: zeros.before,
            paddingAfter: zeros.after)
        if MaxPoolingNode.isFor(pooling, window, input.layout, outputDims: outputDims) {
            return add(
                MaxPoolingNode(
                    name: layer.name, input: input, outputDims: outputDims, training: key.training))
        }
        return add(
            try PoolingNode(
                name: layer.name, input: input, outputDims: outputDims, pooling: pooling, window: window,
                training: key.training))
    }

    /// Global pooling: the output is an image of one pixel, which is also a vector.
    fileprivate func poolWhole(
        _ pooling: Operation.Pooling, _ input: Signal, for layer: ResolvedLayer
    ) throws -> Signal {
        let sides = Array(layer.inputShapes[0][0..<2])
        return add(
            try PoolingNode(
                name: layer.name, input: try blocked(input, for: layer.name),
                outputDims: imageDims([1, 1, layer.outputShape[0]]), pooling: pooling,
                window: .init(size: sides, strides: sides, paddingBefore: [0, 0], paddingAfter: [0, 0]),
                training: key.training))
    }
}
