/// The computation of a oneDNN primitive, with the layouts of its arguments.
enum Operation {
    /// Layouts of input, weights and output, or of the gradients that take their place in a backward pass.
    struct Weighted {
        var source: TensorLayout
        var weights: LayoutChoice
        var destination: TensorLayout
        /// Whether a bias is added to each output channel.
        var hasBias = true
    }

    /// One of the three passes. oneDNN needs the forward primitive to create a backward primitive.
    enum WeightedPass {
        case forward(then: [PostOperation])
        case backwardData(of: Primitive)
        case backwardWeights(of: Primitive)
    }

    /// An operation that a primitive applies to each output element before it writes the element.
    enum PostOperation {
        case rectifier
    }

    /// How a window moves over images. Each array has a number for rows and one for columns.
    struct Window {
        var size: [Int]
        var strides: [Int]
        /// Zeros above and to the left.
        var paddingBefore: [Int]
        /// Zeros below and to the right.
        var paddingAfter: [Int]
    }

    /// The function that computes an output from a window.
    enum Pooling {
        /// The window's largest value. Training also keeps that value's position.
        case largest
        /// The mean of the window's values, without those in the padding.
        case mean
    }

    /// A function of one number. `alpha` and `beta` are those of oneDNN's `eltwise`.
    struct Elementwise: Equatable {
        enum Function {
            case gelu, geluTanh, swish, elu, leakyRectifier, tanh, logistic, linear
        }

        var function: Function
        var alpha: Float = 0
        var beta: Float = 0
    }

    /// The bias and its gradient are float32 and dense. Weights of five dimensions are those of a grouped convolution.
    case convolution(WeightedPass, Weighted, Window)
    case innerProduct(WeightedPass, Weighted)
    case pooling(Pooling, Window, source: TensorLayout, destination: TensorLayout, training: Bool)
    case poolingGradient(Pooling, Window, source: TensorLayout, destination: TensorLayout, of: Primitive)
    case elementwise(Elementwise, TensorLayout)
    case elementwiseGradient(Elementwise, TensorLayout, of: Primitive)
    /// Copies values into another layout or precision.
    case reorder(from: LayoutChoice, to: LayoutChoice)
}
