/// What a primitive of oneDNN's computes, with the layouts of its arguments.
enum Operation {
    /// Input, weights and output; in a backward pass the gradients in their places.
    struct Weighted {
        var source: TensorLayout
        var weights: LayoutChoice
        var destination: TensorLayout
        /// Whether a number is added to each output channel.
        var hasBias = true
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

    /// What is put out for a window.
    enum Pooling {
        /// Its largest value. In training it remembers where that was.
        case largest
        /// The mean of those of its values that are in the image.
        case mean
    }

    /// A function of one number. Which parameters mean what is oneDNN's `eltwise`.
    struct Elementwise: Equatable {
        enum Function {
            case gelu, geluTanh, swish, elu, leakyRectifier, tanh, logistic, linear
        }

        var function: Function
        var alpha: Float = 0
        var beta: Float = 0
    }

    /// The bias, and its gradient, are float32 and dense. Weights of five dimensions are in groups.
    case convolution(WeightedPass, Weighted, Window)
    case innerProduct(WeightedPass, Weighted)
    case pooling(Pooling, Window, source: TensorLayout, destination: TensorLayout, training: Bool)
    case poolingGradient(Pooling, Window, source: TensorLayout, destination: TensorLayout, of: Primitive)
    case elementwise(Elementwise, TensorLayout)
    case elementwiseGradient(Elementwise, TensorLayout, of: Primitive)
    /// The same values in another layout and precision.
    case reorder(from: LayoutChoice, to: LayoutChoice)
}
