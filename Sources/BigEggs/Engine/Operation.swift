/// What a primitive of oneDNN's computes, with the layouts of its arguments.
enum Operation {
    /// Input, weights and output; in a backward pass the gradients in their places.
    struct Weighted {
        var source: TensorLayout
        var weights: LayoutChoice
        var destination: TensorLayout
    }

    /// Which of the three passes over a kernel, and what belongs to it.
    enum WeightedPass {
        case forward(then: [PostOperation])
        case backwardData(of: Primitive)
        case backwardWeights(of: Primitive)
    }

    /// What is done to each element before it is written.
    enum PostOperation {
        case rectifier
    }

    /// How a window moves over images; all in rows and columns.
    struct Window {
        var size: [Int]
        var strides: [Int]
        /// Zeros above and to the left, below and to the right.
        var paddingBefore: [Int]
        var paddingAfter: [Int]
    }

    /// The bias, and its gradient, are float32 and dense.
    case convolution(WeightedPass, Weighted, Window)
    case innerProduct(WeightedPass, Weighted)
    /// The largest of each window. In training it remembers where that was.
    case maxPooling(Window, source: TensorLayout, destination: TensorLayout, training: Bool)
    case maxPoolingGradient(Window, source: TensorLayout, destination: TensorLayout, of: Primitive)
    /// The same values in another layout and precision.
    case reorder(from: LayoutChoice, to: LayoutChoice)
}

/// What is given to a primitive.
enum Argument: CaseIterable {
    case source, weights, bias, destination
    case sourceGradient, weightsGradient, biasGradient, destinationGradient
    /// What a forward pass keeps for the backward one.
    case workspace
    case scratchpad
}
