import Glibc

/// Adds normally distributed noise in training, in place where possible.
///
/// The noise is a function of seed, layer, step, the sample's index in the batch and the element's index in the sample.
/// Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/
final class NoiseNode: Node {
    let name: String
    let output: Signal
    let mayWorkInPlace = true
    let sharesGradient = true
    var inputs: [Signal] { [input] }

    private let input: Signal
    private let deviation: Float
    private let philox: Philox
    private let precision: Precision
    private var source: UnsafeMutableRawPointer?
    private var target: UnsafeMutableRawPointer?

    init(name: String, input: Signal, deviation: Float, layer: Int, seed: UInt64, precision: Precision) {
        self.name = name
        self.input = input
        self.deviation = deviation
        self.precision = precision
        philox = Philox(seed: seed, purpose: .noise, layer: layer)
        output = Signal(dims: input.dims, layout: input.layout)
    }

    func describeBackward(inputGradients: [Place?]) throws {}

    func bind(_ memory: PlanMemory) {
        source = memory.address(input.place)
        target = memory.address(output.place)
    }

    func forward(_ step: StepContext) {
        switch precision {
        case .float32: add(Float.self, step)
        case .bfloat16: add(BFloat16.self, step)
        }
    }

    private func add<Element: ActivationElement>(_ type: Element.Type, _ step: StepContext) {
        guard let source, let target else { return }
        let (stream, firstSample) = (UInt32(truncatingIfNeeded: step.step), step.firstSample)
        let values = source.assumingMemoryBound(to: type)
        let noisy = target.assumingMemoryBound(to: type)
        let (walk, philox, deviation) = (input.walk, philox, deviation)
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / walk.blocks, item % walk.blocks)
                let start = sample * walk.sampleStride + block * walk.blockStride
                let lanes = walk.lanes(of: block)
                var normals = SIMD4<Float>.zero
                var group = -1
                for position in 0..<walk.positions {
                    for lane in 0..<lanes {
                        let offset = start + position * walk.positionStride + walk.offset(ofLane: lane)
                        guard block * 16 + lane < walk.channels else {
                            noisy[offset] = Element(0)
                            continue
                        }
                        let element = position * walk.channels + block * 16 + lane
                        if element / 4 != group {
                            group = element / 4
                            normals = philox.normals(
                                stream: stream, item: UInt32(firstSample + sample), draw: UInt32(group))
                        }
                        noisy[offset] = Element(values[offset].float + deviation * normals[element % 4])
                    }
                }
            }
        }
    }

    /// Does nothing: the input's gradient is the output's gradient.
    func backward(_ step: StepContext) {}
}

extension Philox {
    /// Four normally distributed numbers with mean 0 and deviation 1.
    ///
    /// Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
    package func normals(stream: UInt32, item: UInt32, draw: UInt32) -> SIMD4<Float> {
        let uniforms = uniforms(stream: stream, item: item, draw: draw)
        var result = SIMD4<Float>.zero
        for pair in 0..<2 {
            // 1 − u is more than 0, so it has a logarithm.
            let radius = (-2 * log(Double(1 - uniforms[2 * pair]))).squareRoot()
            let angle = 2 * Double.pi * Double(uniforms[2 * pair + 1])
            result[2 * pair] = Float(radius * cos(angle))
            result[2 * pair + 1] = Float(radius * sin(angle))
        }
        return result
    }
}
