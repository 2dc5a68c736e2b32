extension BoundPlan {
    /// What a layer puts out, and the gradient of one of the model's outputs with respect to it.
    struct Sensitivity {
        /// Both `[batch, height, width, channels]`, row-major.
        let values, gradients: [Float]
        let height, width, channels: Int
    }

    /// Runs the layers forward, and back as far as one of them.
    ///
    /// - Parameters:
    ///   - layer: the name of a convolution; the last of its nodes puts out what the layer does.
    ///   - outputs: of each image, which of the model's outputs; before a softmax.
    /// - Returns: `nil` unless the plan is for training and has that layer as an image.
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
            // At once: a later node may work in the same memory.
            if number == index { values = read(signal.place) }
        }
        setOutputGradient(outputs.flatMap { output in (0..<plan.outputCount).map { $0 == output ? 1 : 0 } })
        backward(to: index + 1, context)
        return Sensitivity(
            values: values, gradients: read(signal.gradientPlace), height: signal.dims[2],
            width: signal.dims[3], channels: signal.dims[1])
    }
}
