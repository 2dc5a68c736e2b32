/// Layer normalization over the channels of each pixel, or the features of each vector.
///
/// With x̂ = (x − mean) / deviation and g the output's gradient times gamma, the input's gradient is
/// (g − mean(g) − x̂ · mean(g · x̂)) / deviation. The means are over the channels.
/// Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
final class LayerNormalizationNode: Node {
    let name: String
    let output: Signal
    let sharesGradient = true
    var hasParameters: Bool { gamma != nil || beta != nil }
    var inputs: [Signal] { [input] }
    var valuesForBackward: [Signal] { [input] }
    /// Two sums per channel for each part of the samples, then gamma and beta. Channels are padded to whole blocks.
    var ownBytes: Int { channels * (2 * parts.ranges.count + 2) * 4 }

    private let input: Signal
    private let gamma, beta: Int?
    private let epsilon: Float
    private let precision: Precision
    private var memory: PlanMemory?

    /// Channels, padded to whole blocks.
    private var channels: Int { input.walk.blocks * 16 }
    /// The parts that sums over the batch are divided into.
    private let parts: SampleParts

    init(
        name: String, input: Signal, gamma: Int?, beta: Int?, epsilon: Float, precision: Precision,
        fixedParts: SampleParts?
    ) {
        self.name = name
        self.input = input
        self.gamma = gamma
        self.beta = beta
        self.epsilon = epsilon
        self.precision = precision
        parts = fixedParts ?? SampleParts(of: input.walk.samples, atMost: 16)
        output = Signal(dims: input.dims, layout: input.layout)
    }

    func describeBackward(inputGradients: [Place?]) throws {}

    func bind(_ memory: PlanMemory) { self.memory = memory }

    func forward(_ step: StepContext) {
        switch precision {
        case .float32: normalize(Float.self)
        case .bfloat16: normalize(BFloat16.self)
        }
    }

    func backward(_ step: StepContext) {
        switch precision {
        case .float32: propagate(Float.self)
        case .bfloat16: propagate(BFloat16.self)
        }
    }

    /// Gamma and beta with zeros in the lanes past the last channel.
    private func coefficients(
        _ memory: PlanMemory
    ) -> (gamma: UnsafeMutablePointer<Float>, beta: UnsafeMutablePointer<Float>) {
        let scale = memory.floats(ownPlace) + 2 * parts.ranges.count * channels
        let shift = scale + channels
        for channel in 0..<channels {
            let isChannel = channel < input.walk.channels
            scale[channel] = isChannel ? gamma.map { memory.floats(.parameter($0))[channel] } ?? 1 : 0
            shift[channel] = isChannel ? beta.map { memory.floats(.parameter($0))[channel] } ?? 0 : 0
        }
        return (scale, shift)
    }

    /// Mean and inverse standard deviation of one pixel. Padding in the last block must be zero.
    @inline(__always)
    private static func statistics<Element: ActivationElement>(
        _ walk: ChannelWalk, _ values: UnsafePointer<Element>, _ epsilon: Float
    ) -> (mean: Float, inverse: Float) {
        var sum = Lanes.zero
        for block in 0..<walk.blocks {
            sum += walk.load(values + block * walk.blockStride, lanes: walk.lanes(of: block))
        }
        let mean = sum.sum() / Float(walk.channels)
        var squares = Lanes.zero
        for block in 0..<walk.blocks {
            let centred = walk.load(values + block * walk.blockStride, lanes: walk.lanes(of: block)) - mean
            squares = squares.addingProduct(centred, centred)
        }
        let filled = Float(walk.blocks * 16 - walk.channels)
        let variance = max(0, (squares.sum() - filled * mean * mean) / Float(walk.channels))
        return (mean, 1 / (variance + epsilon).squareRoot())
    }

    private func normalize<Element: ActivationElement>(_ type: Element.Type) {
        guard let memory else { return }
        let (scale, shift) = coefficients(memory)
        let source = UnsafePointer(memory.address(input.place).assumingMemoryBound(to: type))
        let target = memory.address(output.place).assumingMemoryBound(to: type)
        let (walk, epsilon) = (input.walk, epsilon)
        Threads.parallel(over: walk.samples * walk.positions) { range, _ in
            for item in range {
                let start =
                    item / walk.positions * walk.sampleStride + item % walk.positions * walk.positionStride
                let (mean, inverse) = LayerNormalizationNode.statistics(walk, source + start, epsilon)
                for block in 0..<walk.blocks {
                    let lanes = walk.lanes(of: block)
                    let place = start + block * walk.blockStride
                    let normalized = (walk.load(source + place, lanes: lanes) - mean) * inverse
                    walk.store(
                        Float.load(shift + block * 16).addingProduct(
                            normalized, Float.load(scale + block * 16)), target + place, lanes: lanes)
                }
            }
        }
    }

    private func propagate<Element: ActivationElement>(_ type: Element.Type) {
        guard let memory else { return }
        let scale = coefficients(memory).gamma
        let sums = memory.floats(ownPlace)
        let source = UnsafePointer(memory.address(input.place).assumingMemoryBound(to: type))
        let gradient = memory.address(output.gradientPlace).assumingMemoryBound(to: type)
        let (walk, epsilon, channels, parts) = (input.walk, epsilon, channels, parts)
        sums.update(repeating: 0, count: 2 * parts.ranges.count * channels)
        Threads.parallel(over: parts.ranges.count) { range, _ in
            for part in range {
                let products = sums + part * 2 * channels
                for sample in parts.ranges[part] {
                    for position in 0..<walk.positions {
                        let start = sample * walk.sampleStride + position * walk.positionStride
                        let (mean, inverse) = LayerNormalizationNode.statistics(walk, source + start, epsilon)
                        var total = Lanes.zero
                        var product = Lanes.zero
                        for block in 0..<walk.blocks {
                            let lanes = walk.lanes(of: block)
                            let place = start + block * walk.blockStride
                            let upstream = walk.load(UnsafePointer(gradient) + place, lanes: lanes)
                            let normalized = (walk.load(source + place, lanes: lanes) - mean) * inverse
                            let own = products + block * 16
                            Float.store(Float.load(own).addingProduct(upstream, normalized), own)
                            Float.store(Float.load(own + channels) + upstream, own + channels)
                            let scaled = upstream * Float.load(scale + block * 16)
                            total += scaled
                            product = product.addingProduct(scaled, normalized)
                        }
                        let first = total.sum() / Float(walk.channels)
                        let second = product.sum() / Float(walk.channels)
                        for block in 0..<walk.blocks {
                            let lanes = walk.lanes(of: block)
                            let place = start + block * walk.blockStride
                            let upstream = walk.load(UnsafePointer(gradient) + place, lanes: lanes)
                            let normalized = (walk.load(source + place, lanes: lanes) - mean) * inverse
                            let scaled = upstream * Float.load(scale + block * 16)
                            var result = (scaled - first - normalized * second) * inverse
                            for lane in min(lanes, walk.channels - block * 16)..<16 { result[lane] = 0 }
                            walk.store(result, gradient + place, lanes: lanes)
                        }
                    }
                }
            }
        }
        parts.addUp(sums, count: 2 * channels, stride: 2 * channels)
        for (parameter, first) in [(gamma, 0), (beta, channels)] {
            guard let parameter else { continue }
            let target = memory.floats(.gradient(parameter))
            target.update(from: sums + first, count: walk.channels)
        }
    }
}
