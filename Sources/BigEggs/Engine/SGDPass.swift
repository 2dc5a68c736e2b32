/// Gradient descent over flat buffers: one parallel pass, memory-bound.
package enum SGDPass {
    /// One step. All buffers have `count` elements, a multiple of sixteen.
    ///
    /// First, w −= decay · w. Then, without a velocity, w −= rate · g. With a velocity, v = momentum · v − rate · g and
    /// w += v, or with Nesterov's momentum w += momentum · v − rate · g.
    /// Source: https://keras.io/api/optimizers/sgd/
    package static func run(
        parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, count: Int, rate: Float, momentum: Float, nesterov: Bool,
        decay: Float = 0
    ) {
        let rate = Lanes(repeating: rate)
        let momentum = Lanes(repeating: momentum)
        let decay = Lanes(repeating: decay)
        Threads.parallel(over: count / 16) { range, _ in
            for index in range {
                let offset = index * 16
                let change = rate * Float.load(gradients + offset)
                var weights = Float.load(UnsafePointer(parameters) + offset)
                weights -= weights * decay
                if let velocity {
                    let moved = momentum * Float.load(UnsafePointer(velocity) + offset) - change
                    Float.store(moved, velocity + offset)
                    weights += nesterov ? momentum * moved - change : moved
                } else {
                    weights -= change
                }
                Float.store(weights, parameters + offset)
            }
        }
    }
}
