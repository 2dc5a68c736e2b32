/// The optimizer's state beside the parameters: Adam's moments and its count of steps.
final class OptimizerState {
    let adam: Adam
    var first: AlignedMemory?
    var second: AlignedMemory?
    /// Steps taken.
    var step = 0

    init(_ adam: Adam) { self.adam = adam }

    /// One step over all parameters of a store.
    func apply(to store: ParameterStore, learningRate: Double) {
        guard let parameters = store.parameters, let gradients = store.gradients else { return }
        let bytes = store.elementCount * 4
        let first = self.first ?? AlignedMemory(bytes: bytes)
        let second = self.second ?? AlignedMemory(bytes: bytes)
        (self.first, self.second) = (first, second)
        step += 1
        AdamPass.run(
            parameters: parameters.floats, gradients: gradients.floats, first: first.floats,
            second: second.floats, count: store.elementCount, step: step, rate: Float(learningRate),
            beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon)
        store.markChanged()
    }
}
