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
    /// Whether a GELU alone reads a layer, so that the layer in front may apply it.
    func onlyGELU(of layer: ResolvedLayer) -> Bool {
        (network.onlyReader(of: layer)?.layer as? Activation)?.function == .gelu
    }

    /// Applies a function that no other node includes.
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
    /// The function of one number; `nil` where there is nothing to compute: a ReLU is part of other nodes, and the
    /// loss takes the softmax.
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
