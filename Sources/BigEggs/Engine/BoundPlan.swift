/// A plan whose places have addresses, so that a step can run it.
///
/// It is valid until another plan of the model is bound.
struct BoundPlan {
    let plan: Plan
    let memory: PlanMemory

    /// How the plan's input lies in memory.
    var input: InputView {
        let signal = plan.inputSignal
        let shape = signal.dims
        let pixels = shape.dropFirst(2).reduce(1, *)
        let planes = shape.count == 4 && signal.walk.positionStride == 1 && shape[1] > 1
        return InputView(
            base: memory.address(signal.place), precision: plan.key.precision,
            sampleStride: shape.dropFirst().reduce(1, *),
            pixelStride: planes ? 1 : shape[1], channelStride: planes ? pixels : 1,
            pixels: pixels, channels: shape[1])
    }

    /// The last layer's values before a softmax, `[batch, classes]`.
    var logits: UnsafeMutablePointer<Float> { memory.floats(plan.outputSignal.place) }

    /// Runs the layers in their order.
    func forward(_ context: StepContext) {
        timed("step", "copies") { plan.store.refresh(plan.copies) }
        for node in plan.nodes {
            timed(node.name, "forward", operations: node.operations.forward) { node.forward(context) }
        }
    }

    /// Computes the gradient of the mean loss with respect to every parameter.
    func backward(labels: [Int32], smoothing: Float, _ context: StepContext) {
        let gradient = memory.address(plan.outputSignal.gradientPlace)
        let (count, batch) = (labels.count, context.share?.batch ?? labels.count)
        timed("step", "loss") {
            // A share without samples runs with a placeholder sample, whose gradient must be zero.
            if count == 0 { setOutputGradient([Float](repeating: 0, count: plan.outputCount)) }
            switch plan.key.precision {
            case .float32:
                SoftmaxCrossentropy.gradient(
                    logits, labels: labels, count: count, classes: plan.outputCount, batch: batch,
                    smoothing: smoothing, into: gradient.assumingMemoryBound(to: Float.self))
            case .bfloat16:
                SoftmaxCrossentropy.gradient(
                    logits, labels: labels, count: count, classes: plan.outputCount, batch: batch,
                    smoothing: smoothing, into: gradient.assumingMemoryBound(to: BFloat16.self))
            }
        }
        context.share?.team.beginGradients(of: plan.store)
        backward(to: 0, context)
    }

    /// Computes the gradient of every parameter from a gradient of the last layer's values before a softmax.
    func backward(outputGradient: [Float], _ context: StepContext) {
        setOutputGradient(outputGradient)
        backward(to: 0, context)
    }

    /// Runs the nodes backward, from the last node to node number `first`.
    func backward(to first: Int, _ context: StepContext) {
        for number in (first..<plan.nodes.count).reversed() where plan.nodes[number].output.needsGradient {
            let node = plan.nodes[number]
            timed(node.name, "backward", operations: node.operations.backward) {
                for pass in plan.recomputations[number] { pass.execute() }
                node.backward(context)
                for sum in plan.gradientSums[number] { sum.execute() }
            }
            guard let team = context.share?.team else { continue }
            timed("step", "messages") { team.gradientsAreReady(from: plan.firstReadyGradients[number]) }
        }
    }

    /// Sets the gradient of the last layer's values, `[batch, classes]`, from which the backward pass starts.
    func setOutputGradient(_ values: [Float]) {
        let gradient = memory.address(plan.outputSignal.gradientPlace)
        switch plan.key.precision {
        case .float32:
            let elements = gradient.assumingMemoryBound(to: Float.self)
            for (index, value) in values.enumerated() { elements[index] = value }
        case .bfloat16:
            let elements = gradient.assumingMemoryBound(to: BFloat16.self)
            for (index, value) in values.enumerated() { elements[index] = BFloat16(value) }
        }
    }

    /// The first batch normalization that measured a non-finite mean or variance in the last forward pass.
    var layerWithInfiniteStatistics: String? {
        plan.nodes.first { $0.statistics?.areFinite == false }?.name
    }

    /// Adds the batch statistics of the last forward pass to the moving statistics.
    ///
    /// - Parameter share: if it has no samples and each process has its own statistics, nothing is added.
    func keepStatistics(_ share: Share? = nil) {
        if let share, share.samples.isEmpty, share.team.usesLocalStatistics { return }
        for node in plan.nodes { node.statistics?.keep() }
    }

    /// Runs a part of a step, and measures its time if the plan records times.
    @inline(__always)
    func timed(
        _ layer: String, _ pass: String, operations: @autoclosure () -> Int = 0, _ body: () throws -> Void
    ) rethrows {
        if plan.times == nil {
            try body()
        } else {
            try plan.times?.measure(layer, pass, operations: operations(), body)
        }
    }
}
