extension Activation: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        guard !inputs[0].isActivated else {
            inputs[0].isActivated = false
            return inputs[0]
        }
        guard function != .relu else {
            return plan.add(
                RectifierNode(name: layer.name, input: inputs[0], precision: plan.key.precision))
        }
        return try plan.apply(function, to: inputs[0], for: layer)
    }
}

extension PlanBuilder {
    /// The function of a layer's only reader, if that is an activation which a batch normalization can apply;
    /// otherwise the identity.
    func onlyFunction(of layer: ResolvedLayer) -> BatchNormalizationNode.Function {
        switch (network.onlyReader(of: layer)?.layer as? Activation)?.function {
        case .relu: .rectifier
        case .gelu: .gelu
        default: .identity
        }
    }

    /// Applies a function that is not fused into another node.
    func apply(
        _ function: ActivationFunction, to input: Signal, for layer: ResolvedLayer
    ) throws -> Signal {
        guard let element = function.elementwise else { return input }
        return try apply(element, to: input, for: layer)
    }

    func apply(
        _ element: Operation.Elementwise, to input: Signal, for layer: ResolvedLayer
    ) throws -> Signal {
        add(try ElementwiseNode(name: layer.name, input: input, element, training: key.training))
    }
}

extension ActivationFunction {
    /// The elementwise function; `nil` for functions without an ``ElementwiseNode``: the identity, a ReLU
    /// (``RectifierNode``, or fused into another node) and the softmax (``SoftmaxCrossentropy``).
    var elementwise: Operation.Elementwise? {
        switch self {
        case .linear, .relu, .softmax: nil
        case .gelu: .init(function: .gelu)
        case .geluTanh: .init(function: .geluTanh)
        case .silu: .init(function: .swish, alpha: 1)
        case .leakyReLU: .init(function: .leakyRectifier, alpha: 0.2)
        case .elu: .init(function: .elu, alpha: 1)
        case .tanh: .init(function: .tanh)
        case .sigmoid: .init(function: .logistic)
        }
    }
}
