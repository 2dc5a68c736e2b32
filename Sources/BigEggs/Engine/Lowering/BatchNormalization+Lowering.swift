extension BatchNormalization: LoweredLayer {
    func makeStatistics(for inputShape: [Int]) -> BatchStatistics? {
        BatchStatistics(
            channels: inputShape[inputShape.count - 1], momentum: momentum, epsilon: epsilon)
    }

    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) throws {
        guard let statistics = layer.statistics else { return }
        if layer.inputShape.count == 3 {
            try plan.useImageLayout(layer.name)
        } else {
            try plan.flatten(layer.name)
        }
        plan.add(
            BatchNormalizationNode(
                name: layer.name, input: plan.signal, pooledLayout: pooledLayout(plan),
                gamma: layer.parameters[0], beta: layer.parameters[1], state: statistics,
                training: plan.key.training, isFrozen: plan.key.isFrozen, precision: plan.key.precision,
                threads: plan.key.threads, reserve: { plan.layout.reserve($0) },
                place: { plan.layout.reserve($0) }))
    }

    /// The layout that a 2×2 max pooling right after this layer puts out; `nil` if there is none or the image has
    /// a side that is odd.
    private func pooledLayout(_ plan: PlanBuilder) -> TensorLayout? {
        let signal = plan.signal
        guard let next = plan.next, let pooling = next.layer as? MaxPooling2D,
            pooling.window.size == [2, 2], pooling.window.strides == [2, 2], signal.dims.count == 4,
            signal.dims[2] % 2 == 0, signal.dims[3] % 2 == 0
        else { return nil }
        return .images(plan.imageDims(next.outputShape), signal.layout.precision)
    }
}
