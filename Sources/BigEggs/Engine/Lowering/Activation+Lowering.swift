extension Activation: LoweredLayer {
    func lower(_ layer: ResolvedLayer, into plan: inout PlanBuilder) {
        // The loss takes the softmax.
        guard function == .relu else { return }
        plan.add(RectifierNode(name: layer.name, input: plan.signal, precision: plan.key.precision))
    }
}
