/// Batch normalization, fused with the max pooling, ReLU or GELU after it.
///
/// In training, the forward pass reads the input twice: for the statistics, and to normalize. The backward
/// pass first computes two sums per channel. Then it replaces the output's gradient by the input's gradient;
/// a node that pools has separate memory for the input's gradient. If a ReLU computed the input, the backward
/// pass also masks the gradient where the input is zero. The passes are hand-written, because oneDNN has no
/// primitive for a batch normalization between a ReLU and a pooling.
///
/// With a fused 2×2 max pooling, neither the normalized image nor its gradient is ever written. The backward
/// pass recomputes which pixel of each window is the largest, from the input, which it reads anyway.
///
/// With a fused ReLU or GELU, the backward pass recomputes the normalized values from the input, and the
/// output is kept only if another node's backward pass reads it. In a training step of the fast network this
/// saves the memory of four signals of 100 to 115 MB each.
///
/// Source: Ioffe and Szegedy, "Batch normalization", 2015;
/// https://keras.io/api/layers/normalization_layers/batch_normalization/
final class BatchNormalizationNode: Node {
    let name: String
    let input: Signal
    let output: Signal
    var inputs: [Signal] { [input] }
    /// Training keeps the input, which the backward pass needs.
    var mayWorkInPlace: Bool { !training && !pools }
    var sharesGradient: Bool { !pools }
    var hasParameters: Bool { gamma != nil || beta != nil }
    /// Two sums per part and channel, and six numbers per channel.
    var ownBytes: Int { paddedChannels * (16 * parts.ranges.count + 4 * 6) }
    var valuesForBackward: [Signal] { [input] }

    /// Whether the 2×2 max pooling after the normalization is fused.
    let pools: Bool
    /// The function that is applied to the normalized values.
    enum Function {
        case identity, rectifier, gelu
    }

    private let function: Function
    private let gamma: Int?
    private let beta: Int?
    private let state: BatchStatistics
    private let training: Bool
    /// Whether the node normalizes with the moving statistics in training too.
    private let isFrozen: Bool
    private let precision: Precision
    /// The place of the input's gradient; `nil` if that gradient is not needed.
    private var inputGradient: Place?
    /// The parts that sums over the batch are divided into.
    let parts: SampleParts
    private var memory: Memory?

    /// Addresses, and the numbers per channel that the passes share.
    ///
    /// In lanes past the last channel, scale and shift are zero, so the output is zero there.
    struct Memory {
        let input: UnsafeMutableRawPointer
        let output: UnsafeMutableRawPointer
        let gradient: UnsafeMutableRawPointer
        /// The same address as `gradient` unless the node pools.
        let inputGradient: UnsafeMutableRawPointer
        /// `nil` stands for 1.
        let gamma: UnsafeMutablePointer<Float>?
        /// `nil` stands for 0.
        let beta: UnsafeMutablePointer<Float>?
        let gammaGradient: UnsafeMutablePointer<Float>?
        let betaGradient: UnsafeMutablePointer<Float>?
        /// Two sums per part and channel.
        let partial: UnsafeMutablePointer<Double>
        /// The mean of each channel.
        let mean: UnsafeMutablePointer<Float>
        /// The inverse standard deviation of each channel.
        let inverseDeviation: UnsafeMutablePointer<Float>
        /// The coefficients of each channel: the forward pass computes `scale · input + shift`, the backward pass
        /// `scale · gradient + slope · input + constant`.
        let scale: UnsafeMutablePointer<Float>
        let shift: UnsafeMutablePointer<Float>
        let slope: UnsafeMutablePointer<Float>
        let constant: UnsafeMutablePointer<Float>
    }

    private var paddedChannels: Int { input.walk.blocks * 16 }

    /// - Parameters:
    ///   - pooledLayout: the output's layout if the node pools, half as high and wide as the input.
    ///   - function: the identity in a node that pools or is frozen.
    init(
        name: String, input: Signal, pooledLayout: TensorLayout?, function: Function,
        gamma: Int?, beta: Int?, state: BatchStatistics, training: Bool, isFrozen: Bool, precision: Precision,
        fixedParts: SampleParts?
    ) {
        self.function = function
        self.name = name
        self.input = input
        self.gamma = gamma
        self.beta = beta
        self.state = state
        self.training = training
        self.isFrozen = isFrozen
        self.precision = precision
        // Images: 64 parts are enough for many threads. Vectors: 16, because adding up 64 parts would be much
        // of the total work.
        parts =
            fixedParts ?? SampleParts(of: input.dims[0], atMost: input.walk.positions > 1 ? 64 : 16)
        pools = pooledLayout != nil
        if let pooledLayout {
            let dims = [input.dims[0], input.dims[1], input.dims[2] / 2, input.dims[3] / 2]
            output = Signal(dims: dims, layout: pooledLayout)
            output.isPooled = true
        } else {
            output = Signal(dims: input.dims, layout: input.layout)
            output.isActivated = function != .identity
        }
    }

    /// Whether the backward pass also applies the mask of the ReLU that computed the input. A frozen node leaves the
    /// mask to the layer of that ReLU, because Grad-CAM reads the unmasked gradient of that layer's output.
    var masksGradient: Bool { input.isRectified && input.readers == 1 && !isFrozen }

    var statistics: BatchStatistics? { training && !isFrozen ? state : nil }

    func describeBackward(inputGradients: [Place?]) throws {
        inputGradient = inputGradients[0]
        if masksGradient { input.gradientIsMasked = true }
    }

    func bind(_ memory: PlanMemory) {
        let channels = paddedChannels
        let partial = memory.address(ownPlace)
        let coefficients = (partial + channels * 16 * parts.ranges.count).assumingMemoryBound(to: Float.self)
        self.memory = Memory(
            input: memory.address(input.place), output: memory.address(output.place),
            gradient: memory.address(output.gradientPlace),
            inputGradient: memory.address(inputGradient ?? output.gradientPlace),
            gamma: gamma.map { memory.floats(.parameter($0)) },
            beta: beta.map { memory.floats(.parameter($0)) },
            gammaGradient: gamma.map { memory.floats(.gradient($0)) },
            betaGradient: beta.map { memory.floats(.gradient($0)) },
            partial: partial.assumingMemoryBound(to: Double.self), mean: coefficients,
            inverseDeviation: coefficients + channels, scale: coefficients + 2 * channels,
            shift: coefficients + 3 * channels, slope: coefficients + 4 * channels,
            constant: coefficients + 5 * channels)
    }

    func forward(_ step: StepContext) {
        switch precision {
        case .float32: forward(Float.self, step.sharedSums)
        case .bfloat16: forward(BFloat16.self, step.sharedSums)
        }
    }

    func backward(_ step: StepContext) {
        switch precision {
        case .float32: backward(Float.self, step.sharedSums)
        case .bfloat16: backward(BFloat16.self, step.sharedSums)
        }
    }

    private func forward<Element: ActivationElement>(_ type: Element.Type, _ share: Share?) {
        guard let memory else { return }
        let walk = input.walk
        if training, !isFrozen {
            measure(type, memory, share)
        } else {
            for channel in 0..<walk.channels {
                memory.mean[channel] = state.mean[channel]
                memory.inverseDeviation[channel] = 1 / (state.variance[channel] + state.epsilon).squareRoot()
            }
            // The memory may hold NaN, and zero times NaN is NaN.
            for channel in walk.channels..<walk.blocks * 16 {
                memory.mean[channel] = 0
                memory.inverseDeviation[channel] = 0
            }
        }
        for channel in 0..<walk.blocks * 16 {
            // Lanes past the last channel stay zero.
            let scale =
                channel < walk.channels
                ? (memory.gamma?[channel] ?? 1) * memory.inverseDeviation[channel] : 0
            memory.scale[channel] = scale
            memory.shift[channel] =
                (channel < walk.channels ? memory.beta?[channel] ?? 0 : 0) - memory.mean[channel] * scale
        }
        if pools {
            normalizeAndPool(type, memory)
            return
        }
        switch function {
        case .identity: normalize(type, memory, IdentityFunction.self)
        case .rectifier: normalize(type, memory, RectifierFunction.self)
        case .gelu: normalize(type, memory, GELUFunction.self)
        }
    }

    private func normalize<Element: ActivationElement, Function: LaneFunction>(
        _ type: Element.Type, _ memory: Memory, _ function: Function.Type
    ) {
        let walk = input.walk
        let source = memory.input.assumingMemoryBound(to: type)
        let destination = memory.output.assumingMemoryBound(to: type)
        if walk.isPixelwise {
            walk.forEach { block, offset in
                let scale = Float.load(memory.scale + block * 16)
                let shift = Float.load(memory.shift + block * 16)
                let value = Element.load(source + offset)
                Element.store(Function.value(shift.addingProduct(value, scale)), destination + offset)
            }
            return
        }
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let block = item % walk.blocks
                let lanes = walk.lanes(of: block)
                let scale = Float.load(memory.scale + block * 16)
                let shift = Float.load(memory.shift + block * 16)
                let start = item / walk.blocks * walk.sampleStride + block * walk.blockStride
                for position in 0..<walk.positions {
                    let offset = start + position * walk.positionStride
                    let value = walk.load(source + offset, lanes: lanes)
                    walk.store(
                        Function.value(shift.addingProduct(value, scale)), destination + offset, lanes: lanes)
                }
            }
        }
    }

    /// Computes mean and variance of each channel over the batch, and records them for the moving statistics.
    ///
    /// A pivot is subtracted from the values before they are summed: otherwise a variance that is small against the
    /// square of the mean would be lost in rounding. The pivot is the channel's mean in the first sample. A single
    /// value is a bad pivot, because at the image's edge it may be many deviations from the mean. Sums over a channel
    /// of one sample are float32; sums over samples are float64.
    private func measure<Element: ActivationElement>(
        _ type: Element.Type, _ memory: Memory, _ share: Share?
    ) {
        let walk = input.walk
        let channels = walk.blocks * 16
        let source = memory.input.assumingMemoryBound(to: type)
        let pivots = memory.slope
        for block in 0..<walk.blocks {
            let lanes = walk.lanes(of: block)
            var sum = Lanes.zero
            for position in 0..<walk.positions {
                sum += walk.load(
                    source + block * walk.blockStride + position * walk.positionStride, lanes: lanes)
            }
            Float.store(sum / Float(walk.positions), pivots + block * 16)
        }
        share?.team.take(pivots, count: channels, from: share?.firstRank ?? 0)
        walk.reduce(2, parts: parts, into: memory.partial) { item, block, add in
            let lanes = walk.lanes(of: block)
            let pivot = Float.load(pivots + block * 16)
            let start = source + item * walk.sampleStride + block * walk.blockStride
            var first = Lanes.zero
            var second = Lanes.zero
            // Values are summed in groups of 32: in one long sum, small values would be lost in rounding the total.
            for begin in stride(from: 0, to: walk.positions, by: 32) {
                var someFirst = Lanes.zero
                var someSecond = Lanes.zero
                for position in begin..<min(begin + 32, walk.positions) {
                    let value = walk.load(start + position * walk.positionStride, lanes: lanes) - pivot
                    someFirst += value
                    someSecond = someSecond.addingProduct(value, value)
                }
                first += someFirst
                second += someSecond
            }
            add(0, first)
            add(1, second)
        }
        addUp(memory.partial, share)
        let count = samplesOfBatch(share) * Double(walk.positions)
        for channel in 0..<channels {
            let shifted = memory.partial[channel] / count
            let variance = max(0, memory.partial[channels + channel] / count - shifted * shifted)
            let mean = Double(pivots[channel]) + shifted
            memory.mean[channel] = Float(mean)
            memory.inverseDeviation[channel] = Float(1 / (variance + Double(state.epsilon)).squareRoot())
            if channel < walk.channels {
                state.measured(channel: channel, mean: Float(mean), variance: Float(variance))
            }
        }
    }

    /// Adds up the two sums of each channel over all processes.
    private func addUp(_ sums: UnsafeMutablePointer<Double>, _ share: Share?) {
        guard let share else { return }
        if share.samples.isEmpty { sums.update(repeating: 0, count: 2 * paddedChannels) }
        share.team.addUp(sums, count: 2 * paddedChannels)
    }

    private func samplesOfBatch(_ share: Share?) -> Double { Double(share?.batch ?? input.walk.samples) }

    private func backward<Element: ActivationElement>(_ type: Element.Type, _ share: Share?) {
        guard let memory else { return }
        if isFrozen {
            // Moving statistics do not depend on the input: its gradient is `scale · gradient`.
            memory.slope.update(repeating: 0, count: paddedChannels)
            memory.constant.update(repeating: 0, count: paddedChannels)
        } else {
            switch function {
            case .identity where pools: sumPooledGradient(type, memory)
            case .identity: sumGradient(type, memory, IdentityFunction.self)
            case .rectifier: sumGradient(type, memory, RectifierFunction.self)
            case .gelu: sumGradient(type, memory, GELUFunction.self)
            }
            addUp(memory.partial, share)
            findCoefficients(memory, share)
        }
        guard inputGradient != nil else { return }
        if pools { propagatePooledGradient(type, memory) } else { propagateGradient(type, memory) }
    }

    /// Computes two sums over all samples: of the gradient, and of the gradient times the centred input.
    ///
    /// The same pass replaces the gradient of a fused function's output by the gradient of the function's input.
    private func sumGradient<Element: ActivationElement, Function: LaneFunction>(
        _ type: Element.Type, _ memory: Memory, _ function: Function.Type
    ) {
        let walk = input.walk
        let source = UnsafePointer(memory.input.assumingMemoryBound(to: type))
        let gradient = memory.gradient.assumingMemoryBound(to: type)
        walk.reduce(2, parts: parts, into: memory.partial) { item, block, add in
            let lanes = walk.lanes(of: block)
            let mean = Float.load(memory.mean + block * 16)
            let scale = Float.load(memory.scale + block * 16)
            let shift = Float.load(memory.shift + block * 16)
            let start = item * walk.sampleStride + block * walk.blockStride
            var first = Lanes.zero
            var second = Lanes.zero
            for position in 0..<walk.positions {
                let offset = start + position * walk.positionStride
                let value = walk.load(source + offset, lanes: lanes)
                var upstream = walk.load(UnsafePointer(gradient) + offset, lanes: lanes)
                if Function.self != IdentityFunction.self {
                    upstream = Function.gradient(upstream, at: shift.addingProduct(value, scale))
                    walk.store(upstream, gradient + offset, lanes: lanes)
                }
                first += upstream
                second = second.addingProduct(upstream, value - mean)
            }
            add(0, first)
            add(1, second)
        }
    }

    /// Computes the gradients of gamma and beta, and the coefficients of the input's gradient, which is a linear
    /// function of the output's gradient and the input.
    private func findCoefficients(_ memory: Memory, _ share: Share?) {
        let walk = input.walk
        let channels = walk.blocks * 16
        let count = samplesOfBatch(share) * Double(walk.positions)
        // Each process has the sums over the whole batch. Later the gradients of all processes are added, so
        // only one process sets the gradients of gamma and beta.
        let givesGradients = share?.team.communicator.isFirst ?? true
        for channel in 0..<channels {
            let inverse = Double(memory.inverseDeviation[channel])
            let shift = memory.partial[channel]
            let product = memory.partial[channels + channel] * inverse
            let scale = (channel < walk.channels ? Double(memory.gamma?[channel] ?? 1) : 0) * inverse
            if channel < walk.channels {
                memory.betaGradient?[channel] = givesGradients ? Float(shift) : 0
                memory.gammaGradient?[channel] = givesGradients ? Float(product) : 0
            }
            // The input's gradient is scale · (gradient − shift/n − normalized · product/n). The coefficients
            // follow from normalized = (input − mean) · inverse.
            // A process without samples runs with a placeholder image, whose gradient must be zero.
            let samples = share?.samples.isEmpty == true ? 0.0 : 1.0
            let slope = -scale * product / count * inverse * samples
            memory.slope[channel] = Float(slope)
            memory.constant[channel] = Float(
                -scale * shift / count * samples - slope * Double(memory.mean[channel]))
        }
    }

    private func propagateGradient<Element: ActivationElement>(_ type: Element.Type, _ memory: Memory) {
        let walk = input.walk
        let source = UnsafePointer(memory.input.assumingMemoryBound(to: type))
        let gradient = memory.gradient.assumingMemoryBound(to: type)
        let masks = masksGradient
        if walk.isPixelwise {
            walk.forEach { block, offset in
                let scale = Float.load(memory.scale + block * 16)
                let slope = Float.load(memory.slope + block * 16)
                let constant = Float.load(memory.constant + block * 16)
                let value = Element.load(source + offset)
                var result = constant.addingProduct(value, slope).addingProduct(
                    Element.load(UnsafePointer(gradient) + offset), scale)
                if masks { result = result.masked(whereRectified: value) }
                Element.store(result, gradient + offset)
            }
            return
        }
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let block = item % walk.blocks
                let lanes = walk.lanes(of: block)
                let scale = Float.load(memory.scale + block * 16)
                let slope = Float.load(memory.slope + block * 16)
                let constant = Float.load(memory.constant + block * 16)
                let start = item / walk.blocks * walk.sampleStride + block * walk.blockStride
                for position in 0..<walk.positions {
                    let offset = start + position * walk.positionStride
                    let value = walk.load(source + offset, lanes: lanes)
                    var result = constant.addingProduct(value, slope).addingProduct(
                        walk.load(UnsafePointer(gradient) + offset, lanes: lanes), scale)
                    if masks { result = result.masked(whereRectified: value) }
                    walk.store(result, gradient + offset, lanes: lanes)
                }
            }
        }
    }
}
