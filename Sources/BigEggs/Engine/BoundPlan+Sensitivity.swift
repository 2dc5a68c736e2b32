extension BoundPlan {
    /// A layer's output, and the gradient of one of the model's outputs with respect to it.
    struct Sensitivity {
        /// Both `[batch, height, width, channels]`, row-major.
        let values, gradients: [Float]
        let height, width, channels: Int
    }

    /// Runs all layers forward, then the layers after `layer` backward.
    ///
    /// The plan must be for training.
    ///
    /// - Parameters:
    ///   - layer: the name of a convolution. The layer's output is that of the layer's last node.
    ///   - outputs: for each image, the index of a model output, before a softmax.
    /// - Returns: `nil` if the plan has no node of that layer, or the layer's output is not an image.
    func sensitivity(of layer: String, outputs: [Int], _ context: StepContext) -> Sensitivity? {
        let nodes = plan.nodes
        guard let index = nodes.lastIndex(where: { $0.name == layer }), nodes[index].output.needsGradient,
            nodes[index].output.dims.count == 4
        else { return nil }
        let signal = nodes[index].output
        func read(_ place: Place) -> [Float] {
            switch plan.key.precision {
            case .float32: signal.walk.channelsLast(memory.address(place), of: Float.self)
            case .bfloat16: signal.walk.channelsLast(memory.address(place), of: BFloat16.self)
            }
        }
        plan.store.refresh(plan.copies)
        var values: [Float] = []
        for (number, node) in nodes.enumerated() {
            node.forward(context)
            // Read now: a later node may overwrite the memory.
            if number == index { values = read(signal.place) }
        }
        setOutputGradient(outputs.flatMap { output in (0..<plan.outputCount).map { $0 == output ? 1 : 0 } })
        backward(to: index + 1, context)
        return Sensitivity(
            values: values, gradients: read(signal.gradientPlace), height: signal.dims[2],
            width: signal.dims[3], channels: signal.dims[1])
    }
}
