/// The three primitives of a convolution or of an inner product, for any number of samples.
struct WeightedPrimitives {
    let name: String
    /// The layouts of input and output for all samples.
    let source, destination: TensorLayout
    /// oneDNN's dimensions of the kernel: `[outputs, inputs, height, width]`, or `[outputs, inputs]`.
    let kernelDims: [Int]
    /// `nil` for an inner product.
    let window: Operation.Window?
    let hasBias: Bool
    let rectifies: Bool
    let precision: Precision

    /// The layout of the output's gradient. With bfloat16 activations it is bfloat16, although a last layer's
    /// output is float32.
    var gradient: TensorLayout { destination.with(precision) }

    /// The primitives of a smaller inner product, with `count` outputs (`dimension` 0) or `count` inputs (1).
    func with(_ count: Int, of dimension: Int, hasBias: Bool) -> WeightedPrimitives {
        var kernelDims = kernelDims
        kernelDims[dimension] = count
        return WeightedPrimitives(
            name: name, source: dimension == 1 ? source.with(count, of: 1) : source,
            destination: dimension == 0 ? destination.with(count, of: 1) : destination,
            kernelDims: kernelDims, window: nil, hasBias: hasBias, rectifies: rectifies, precision: precision)
    }

    /// - Parameter weights: the layout of the weights; `nil` to let oneDNN choose.
    func forward(samples: Int, weights: LayoutChoice? = nil) throws -> Primitive {
        try make(
            "forward", .forward(then: rectifies ? [.rectifier] : []), samples,
            weights: weights ?? .free(dims: kernelDims, precision), destination, hasBias: hasBias)
    }

    /// - Parameter weights: the layout of the weights; `nil` to let oneDNN choose.
    func backwardData(samples: Int, weights: LayoutChoice? = nil) throws -> Primitive {
        let forward = try forward(samples: samples)
        func describe(_ weights: LayoutChoice) throws -> Primitive {
            try make(
                "backward data", .backwardData(of: forward), samples, weights: weights, gradient,
                hasBias: false)
        }
        if let weights { return try describe(weights) }
        // In another layout than the forward pass's, an inner product's kernel would have to be transposed
        // after every optimizer step.
        if window == nil, let shared = try? describe(try forward.layout(of: .weights)), !shared.isReference {
            return shared
        }
        return try describe(.free(dims: kernelDims, precision))
    }

    func backwardWeights(_ weights: LayoutChoice, samples: Int) throws -> Primitive {
        try make(
            "backward weights", .backwardWeights(of: try forward(samples: samples)), samples,
            weights: weights,
            gradient, hasBias: hasBias)
    }

    /// The layout in which the kernel is stored: that of its gradient.
    ///
    /// - Parameter samples: the number of samples for which oneDNN chooses the layout.
    func storedLayout(samples: Int) throws -> LayoutChoice {
        try Threads.alone {
            try backwardWeights(.free(dims: kernelDims, .float32), samples: samples)
                .layout(of: .weightsGradient)
        }
    }

    private func make(
        _ pass: String, _ kind: Operation.WeightedPass, _ samples: Int, weights: LayoutChoice,
        _ destination: TensorLayout, hasBias: Bool
    ) throws -> Primitive {
        let layouts = Operation.Weighted(
            source: source.with(samples: samples), weights: weights,
            destination: destination.with(samples: samples), hasBias: hasBias)
        return try Primitive(
            "\(name) \(pass)",
            window.map { .convolution(kind, layouts, $0) } ?? .innerProduct(kind, layouts))
    }
}
