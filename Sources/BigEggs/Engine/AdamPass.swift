import CKernels
import Glibc

/// Adam over flat buffers: one parallel pass, memory-bound.
package enum AdamPass {
    /// One step. All buffers have `count` elements, a multiple of sixteen.
    ///
    /// In Keras's formulation: with α = rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ),
    /// m += (g − m)(1 − β₁), v += (g² − v)(1 − β₂), w −= decay · w + α m / (√v + ε).
    /// Source: Kingma and Ba, "Adam", 2015, section 2; https://keras.io/api/optimizers/adam/;
    /// for the decay https://keras.io/api/optimizers/adamw/
    package static func run(
        parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int,
        step: Int, rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float = 0
    ) {
        let correction1 = 1 - pow(Double(beta1), Double(step))
        let correction2 = 1 - pow(Double(beta2), Double(step))
        let alpha = Lanes(repeating: Float(Double(rate) * correction2.squareRoot() / correction1))
        let keep1 = Lanes(repeating: 1 - beta1)
        let keep2 = Lanes(repeating: 1 - beta2)
        let epsilon = Lanes(repeating: epsilon)
        let decay = Lanes(repeating: decay)
        Threads.parallel(over: count / 16) { range, _ in
            for index in range {
                let offset = index * 16
                let gradient = Float.load(gradients + offset)
                var m = Float.load(UnsafePointer(first) + offset)
                var v = Float.load(UnsafePointer(second) + offset)
                m.addProduct(gradient - m, keep1)
                v.addProduct(gradient * gradient - v, keep2)
                Float.store(m, first + offset)
                Float.store(v, second + offset)
                var weights = Float.load(UnsafePointer(parameters) + offset)
                weights -= weights * decay
                Float.store(weights - alpha * m / (be_square_root16(v) + epsilon), parameters + offset)
            }
        }
    }
}
