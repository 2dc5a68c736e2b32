/// How a parameter starts.
package enum Initializer {
    case zeros
    case ones
    /// Uniform in ±√(6 / (fanIn + fanOut)).
    ///
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    /// networks", 2010; https://keras.io/api/layers/initializers/#glorotuniform-class
    case glorotUniform(fanIn: Int, fanOut: Int)

    /// `count` values; which ones is a function of the seed and the parameter's number.
    func values(count: Int, seed: UInt64, parameter: Int) -> [Float] {
        switch self {
        case .zeros: return Array(repeating: 0, count: count)
        case .ones: return Array(repeating: 1, count: count)
        case .glorotUniform(let fanIn, let fanOut):
            let limit = (6 / Float(fanIn + fanOut)).squareRoot()
            let philox = Philox(seed: seed, purpose: .initialization)
            var result = [Float]()
            result.reserveCapacity(count)
            for item in 0..<(count + 3) / 4 {
                let uniforms = philox.uniforms(stream: UInt32(parameter), item: UInt32(item))
                for lane in 0..<min(4, count - item * 4) { result.append((uniforms[lane] * 2 - 1) * limit) }
            }
            return result
        }
    }
}
