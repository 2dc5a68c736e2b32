extension BatchNormalization: LoweredLayer {
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics? {
        BatchStatistics(
            channels: inputShape[inputShape.count - 1], momentum: momentum, epsilon: epsilon)
    }

    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        guard let statistics = layer.statistics else { return inputs[0] }
        let input = try plan.arranged(inputs[0], for: layer)
        let isFrozen = plan.key.isFrozen || !trainable
        return plan.add(
            BatchNormalizationNode(
                name: layer.name, input: input, pooledLayout: pooledLayout(layer, input, plan),
                function: isFrozen ? .identity : plan.onlyFunction(of: layer),
                gamma: scale ? layer.parameters[0] : nil, beta: center ? layer.parameters.last : nil,
                state: statistics, training: plan.key.training, isFrozen: isFrozen,
                precision: plan.key.precision, fixedParts: plan.key.fixedParts))
    }

    /// The output layout of the 2×2 max pooling that is this layer's only reader; `nil` if there is no such pooling or
    /// a side of the image is odd.
    private func pooledLayout(
        _ layer: ResolvedLayer, _ input: Signal, _ plan: PlanBuilder
    ) -> TensorLayout? {
        guard let reader = plan.onlyPooling(of: layer), input.dims.count == 4,
            input.dims[2] % 2 == 0, input.dims[3] % 2 == 0
        else { return nil }
        return .images(plan.imageDims(reader.outputShape), input.layout.precision)
    }
}
