/// How the initial values of a parameter are chosen; all but ``partialIdentity`` have Keras's names.
///
/// Fan-in is the number of inputs that an output depends on, and fan-out the number of outputs that depend on an input.
/// Both count features, or kernel pixels times channels.
/// Source: https://keras.io/api/layers/initializers/
public enum Initializer: String, Sendable, Codable, CaseIterable {
    case zeros
    case ones
    /// Uniform in ±√(6 / (fanIn + fanOut)).
    ///
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    case glorotUniform = "glorot_uniform"
    /// Normal with variance 2 / (fanIn + fanOut); numbers beyond two standard deviations are redrawn.
    case glorotNormal = "glorot_normal"
    /// Uniform in ±√(6 / fanIn).
    ///
    /// Source: He et al., "Delving deep into rectifiers", 2015.
    case heUniform = "he_uniform"
    /// Normal with variance 2 / fanIn; numbers beyond two standard deviations are redrawn.
    case heNormal = "he_normal"
    /// Uniform in ±√(3 / fanIn).
    case lecunUniform = "lecun_uniform"
    /// Normal with variance 1 / fanIn; numbers beyond two standard deviations are redrawn.
    case lecunNormal = "lecun_normal"
    /// Uniform in ±0.05.
    case randomUniform = "random_uniform"
    /// Normal with standard deviation 0.05.
    case randomNormal = "random_normal"
    /// Like ``randomNormal``, but numbers beyond two standard deviations are redrawn.
    case truncatedNormal = "truncated_normal"
    /// 1 where input and output have the same index (in a convolution only at the centre), 0 elsewhere.
    case identity
    /// Like ``identity`` for the first outputs, one per input; the weights of further outputs are uniform in
    /// ±1 / √fanIn.
    ///
    /// Source: Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, section 3.3.
    case partialIdentity = "partial_identity"

    /// The values of a tensor, determined by the seed and the parameter's index.
    func values(of shape: [Int], seed: UInt64, parameter: Int) -> [Float] {
        let count = shape.reduce(1, *)
        let stream = Stream(philox: Philox(seed: seed, purpose: .initialization), parameter: parameter)
        let (fanIn, fanOut) = Initializer.fans(of: shape)
        // The standard deviation of the standard normal distribution truncated to ±2.
        let narrowing = Float(0.87962566103423978)
        switch self {
        case .zeros: return Array(repeating: 0, count: count)
        case .ones: return Array(repeating: 1, count: count)
        case .glorotUniform: return stream.uniforms(count, (6 / Float(fanIn + fanOut)).squareRoot())
        case .heUniform: return stream.uniforms(count, (6 / Float(fanIn)).squareRoot())
        case .lecunUniform: return stream.uniforms(count, (3 / Float(fanIn)).squareRoot())
        case .randomUniform: return stream.uniforms(count, 0.05)
        case .glorotNormal:
            return stream.normals(
                count, (2 / Float(fanIn + fanOut)).squareRoot() / narrowing, isTruncated: true)
        case .heNormal:
            return stream.normals(count, (2 / Float(fanIn)).squareRoot() / narrowing, isTruncated: true)
        case .lecunNormal:
            return stream.normals(count, (1 / Float(fanIn)).squareRoot() / narrowing, isTruncated: true)
        case .randomNormal: return stream.normals(count, 0.05, isTruncated: false)
        case .truncatedNormal: return stream.normals(count, 0.05, isTruncated: true)
        case .identity: return Initializer.identity(shape)
        case .partialIdentity:
            let (inputs, outputs) = (shape.dropLast().last ?? 1, shape.last ?? 1)
            let others = stream.uniforms(count, (1 / Float(fanIn)).squareRoot())
            return zip(Initializer.identity(shape), others).enumerated().map { index, value in
                index % outputs < inputs ? value.0 : value.1
            }
        }
    }

    /// Fan-in and fan-out, as Keras counts them.
    private static func fans(of shape: [Int]) -> (fanIn: Int, fanOut: Int) {
        guard shape.count >= 2 else { return (max(shape.first ?? 1, 1), max(shape.first ?? 1, 1)) }
        let area = shape.dropLast(2).reduce(1, *)
        return (area * shape[shape.count - 2], area * shape[shape.count - 1])
    }

    private static func identity(_ shape: [Int]) -> [Float] {
        var values = [Float](repeating: 0, count: shape.reduce(1, *))
        guard shape.count >= 2 else { return values }
        let (inputs, outputs) = (shape[shape.count - 2], shape[shape.count - 1])
        let middle = shape.dropLast(2).reduce(0) { $0 * $1 + $1 / 2 }
        for channel in 0..<min(inputs, outputs) {
            values[(middle * inputs + channel) * outputs + channel] = 1
        }
        return values
    }

    private struct Stream {
        let philox: Philox
        let parameter: Int

        /// Uniform in ± `limit`.
        func uniforms(_ count: Int, _ limit: Float) -> [Float] {
            var result = [Float]()
            result.reserveCapacity(count)
            for item in 0..<(count + 3) / 4 {
                let uniforms = philox.uniforms(stream: UInt32(parameter), item: UInt32(item))
                for lane in 0..<min(4, count - item * 4) { result.append((uniforms[lane] * 2 - 1) * limit) }
            }
            return result
        }

        func normals(_ count: Int, _ deviation: Float, isTruncated: Bool) -> [Float] {
            (0..<count).map { index in
                var draw: UInt32 = 0
                while true {
                    let normals = philox.normals(stream: UInt32(parameter), item: UInt32(index), draw: draw)
                    for lane in 0..<4 where !isTruncated || abs(normals[lane]) <= 2 {
                        return normals[lane] * deviation
                    }
                    draw += 1
                }
            }
        }
    }
}
