import BigEggs
import CKernels
import Testing

/// The results of a convolution and its backward passes, in Keras's order: `[images, height, width, channels]`, and
/// `[3, 3, inputs, outputs]`.
struct ConvolutionResults: Equatable {
    enum Name: CaseIterable {
        case output, inputGradient, kernelGradient, biasGradient
    }

    var output: [Float]
    var inputGradient: [Float]
    var kernelGradient: [Float]
    var biasGradient: [Float]

    subscript(name: Name) -> [Float] {
        switch name {
        case .output: output
        case .inputGradient: inputGradient
        case .kernelGradient: kernelGradient
        case .biasGradient: biasGradient
        }
    }
}

/// A 3×3 convolution with stride 1 on random numbers from -1 to 1, and the C kernels' results.
struct ConvolutionShape: Sendable, CustomTestStringConvertible {
    let images, height, width, inputs, outputs: Int
    /// Zero padding at the top and left. The bottom and right have the same.
    var top = 1
    var left = 1

    var outputHeight: Int { height + 2 * top - 2 }
    var outputWidth: Int { width + 2 * left - 2 }

    var testDescription: String {
        "\(images) of \(height)×\(width), \(inputs) to \(outputs) channels, zeros \(top) and \(left)"
    }

    /// The allowed root mean square error, relative to the root mean square of the values in float64.
    ///
    /// In units of u = 2⁻²⁴, the relative error of a sum of K random products has a variance of K/2 · 0.41²
    /// from the roundings of the sum, and of 4 from the roundings of the two transforms before it. The last
    /// transform adds 36 such sums, each scaled by the product of the norms of its rows in the first
    /// transforms. With the points 0, ±5/8, ±3/2 and ∞, this multiplies the error by up to 24.5 in an output
    /// and by up to 26.2 in a kernel's gradient. An output sums 9 taps, so it is √9 times as large as a sum
    /// of K products; a kernel's gradient sums 16 positions of each tile, so it is √16 times as large. A
    /// bias's gradient is a plain sum over all positions.
    var tolerances: [ConvolutionResults.Name: Double] {
        func error(_ terms: Int, _ amplification: Double, _ taps: Double) -> Double {
            0x1p-24 * amplification * ((0.41 * 0.41 * Double(terms) / 2 + 4) / taps).squareRoot()
        }
        let tiles = images * ((outputHeight + 3) / 4) * ((outputWidth + 3) / 4)
        return [
            .output: error(inputs, 24.5, 9), .inputGradient: error(outputs, 24.5, 9),
            .kernelGradient: error(tiles, 26.2, 16),
            .biasGradient: 0x1p-24 * (2 + Double(images * outputHeight * outputWidth).squareRoot()),
        ]
    }

    var input: [Float] { Noise(stream: 1).uniforms(images * height * width * inputs, in: -1...1) }
    var kernel: [Float] { Noise(stream: 2).uniforms(9 * inputs * outputs, in: -1...1) }
    var bias: [Float] { Noise(stream: 3).uniforms(outputs, in: -1...1) }
    var gradient: [Float] {
        Noise(stream: 4).uniforms(images * outputHeight * outputWidth * outputs, in: -1...1)
    }

    var pooledSides: [Int] { [outputHeight / 2, outputWidth / 2] }
    var pooledGradient: [Float] {
        Noise(stream: 5).uniforms(images * pooledSides.reduce(1, *) * outputs, in: -1...1)
    }

    /// 2×2 max pooling of an output, and ``pooledGradient`` at the positions of the maxima.
    func pooled(_ output: [Float]) -> (largest: [Float], gradient: [Float]) {
        var largest = pooledGradient
        var gradient = [Float](repeating: 0, count: output.count)
        for (target, upstream) in pooledGradient.enumerated() {
            let (channel, pixel) = (target % outputs, target / outputs)
            let column = pixel % pooledSides[1] * 2
            let row = pixel / pooledSides[1] % pooledSides[0] * 2
            let image = pixel / pooledSides[1] / pooledSides[0]
            let four = (0..<4).map { place in
                ((image * outputHeight + row + place / 2) * outputWidth + column + place % 2) * outputs
                    + channel
            }
            let first = four.reduce(four[0]) { output[$1] > output[$0] ? $1 : $0 }
            largest[target] = output[first]
            gradient[first] = upstream
        }
        return (largest, gradient)
    }

    /// The expected results, as plain sums of products in float64.
    func definition() -> ConvolutionResults {
        let (input, kernel, bias, gradient) = (self.input, self.kernel, self.bias, self.gradient)
        var sums = (0..<images * outputHeight * outputWidth).flatMap { _ in bias.map(Double.init) }
        var ofInput = [Double](repeating: 0, count: input.count)
        var ofKernel = [Double](repeating: 0, count: kernel.count)
        var ofBias = [Double](repeating: 0, count: outputs)
        for target in 0..<images * outputHeight * outputWidth {
            let column = target % outputWidth, row = target / outputWidth % outputHeight
            let image = target / outputWidth / outputHeight
            for out in 0..<outputs { ofBias[out] += Double(gradient[target * outputs + out]) }
            for tap in 0..<9 {
                let (y, x) = (row + tap / 3 - top, column + tap % 3 - left)
                guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                let source = (image * height + y) * width + x
                for from in 0..<inputs {
                    let value = Double(input[source * inputs + from])
                    let taps = (tap * inputs + from) * outputs
                    var sum = 0.0
                    for out in 0..<outputs {
                        let slope = Double(gradient[target * outputs + out])
                        sums[target * outputs + out] += value * Double(kernel[taps + out])
                        ofKernel[taps + out] += value * slope
                        sum += slope * Double(kernel[taps + out])
                    }
                    ofInput[source * inputs + from] += sum
                }
            }
        }
        return ConvolutionResults(
            output: sums.map { Float($0) }, inputGradient: ofInput.map { Float($0) },
            kernelGradient: ofKernel.map { Float($0) }, biasGradient: ofBias.map { Float($0) })
    }

    /// - Parameters:
    ///   - tilesAtOnce: the number of tiles per call; by default all.
    ///   - sixteensAtOnce: the number of groups of 16 outputs per call; by default as many as fit into the
    ///     cache.
    ///   - pools: whether the output is max-pooled, with ``pooledGradient`` instead of `gradient`.
    ///   - negatedElement: the element of the transformed kernel that gets the wrong sign.
    ///   - lastRow: the value that replaces each input image's last row.
    ///   - visit: called with each result in its memory layout.
    func winograd(
        _ set: be_instruction_set, block: Int, cacheBytes: Int = 1 << 20, tilesAtOnce: Int? = nil,
        sixteensAtOnce: Int? = nil, pools: Bool = false, gradient: [Float]? = nil, negatedElement: Int? = nil,
        lastRow: Float? = nil,
        visit: (TensorLayout, [Float]) -> Void = { _, _ in }
    ) -> ConvolutionResults {
        var forward = be_winograd_float32_shape(
            images: images, height: height, width: width, top: top, left: left, output_height: outputHeight,
            output_width: outputWidth, inputs: inputs, outputs: outputs, block: block, cache_bytes: cacheBytes
        )
        let backward = be_winograd_float32_shape(
            images: images, height: outputHeight, width: outputWidth, top: 2 - top, left: 2 - left,
            output_height: height, output_width: width, inputs: outputs, outputs: inputs, block: block,
            cache_bytes: cacheBytes)
        let inputLayout = TensorLayout.channelBlocks(block, [images, inputs, height, width], .float32)
        let outputLayout = TensorLayout.channelBlocks(
            block, [images, outputs] + (pools ? pooledSides : [outputHeight, outputWidth]), .float32)
        let kernelLayout = TensorLayout.kernelBlocks([outputs, inputs, 3, 3], .float32, size: block)
        var cut = input
        if let lastRow {
            for index in 0..<images {
                let end = (index + 1) * height * width * inputs
                cut.replaceSubrange(
                    end - width * inputs..<end, with: repeatElement(lastRow, count: width * inputs))
            }
        }
        let packedInput = pack(cut, inputLayout),
            packedGradient = pack(
                pools ? pooledGradient : gradient ?? self.gradient, outputLayout)
        let places = pools ? Buffer([UInt8](repeating: 255, count: outputLayout.elementCount)) : nil
        let packedKernel = pack(kernel, kernelLayout)
        let squares = ((inputs + 15) / 16) * ((outputs + 15) / 16)

        func matrices(isTurned: Bool) -> [Float] {
            let count = be_winograd_float32_matrix_bytes(inputs, outputs) / 4
            let (kernel, matrices) = (Buffer(packedKernel), Buffer(Int(count), filledWith: Float(0)))
            var transformed = be_winograd_float32_kernel(
                inputs: inputs, outputs: outputs, block: block, isTurned: isTurned, kernel: kernel.start,
                matrices: matrices.start)
            be_winograd_float32_transform(set, &transformed, 0, squares)
            withExtendedLifetime(kernel) {}
            var result = matrices.values
            guard let negatedElement else { return result }
            let depth = ((isTurned ? outputs : inputs) + 15) / 16 * 256
            for index in result.indices where index / depth % 36 == negatedElement { result[index].negate() }
            return result
        }
        func convolve(
            _ shape: be_winograd_float32_shape, _ pooling: be_winograd_pooling, _ input: [Float],
            _ matrices: [Float], _ bias: [Float]?, _ layout: TensorLayout
        ) -> [Float] {
            var shape = shape
            let memory = Buffer(layout.elementCount, filledWith: Float(0))
            let scratch = Buffer(Int(be_winograd_float32_scratch_bytes(&shape)) / 4, filledWith: Float.nan)
            let (input, matrices, bias) = (Buffer(input), Buffer(matrices), bias.map { Buffer($0) })
            var convolution = be_winograd_float32_convolution(
                shape: shape, pooling: pooling, places: places?.start, input: input.start,
                matrices: matrices.start, bias: bias.map { UnsafePointer($0.start) },
                rectifies: false, output: memory.start)
            let tiles = be_winograd_float32_tiles(&shape)
            for first in stride(from: 0, to: tiles, by: tilesAtOnce ?? tiles) {
                be_winograd_float32_convolve(
                    set, &convolution, scratch.start, first, min(first + (tilesAtOnce ?? tiles), tiles))
            }
            withExtendedLifetime((scratch, input, matrices, bias)) {}
            visit(layout, memory.values)
            return unpack(memory.values, layout)
        }
        let output = convolve(
            forward, pools ? BE_WINOGRAD_POOLS : BE_WINOGRAD_WHOLE, packedInput, matrices(isTurned: false),
            bias, outputLayout)
        let inputGradient = convolve(
            backward, pools ? BE_WINOGRAD_SPREADS : BE_WINOGRAD_WHOLE, packedGradient,
            matrices(isTurned: true), nil, inputLayout)

        let parts = be_winograd_float32_parts(&forward), sixteens = (outputs + 15) / 16
        let atOnce = sixteensAtOnce ?? be_winograd_float32_outputs_at_once(&forward) / 16
        let sums = Buffer(parts * be_winograd_float32_sums(&forward), filledWith: Float.nan)
        let biasSums = Buffer(parts * sixteens * 16, filledWith: Float.nan)
        let kernelGradient = Buffer(kernelLayout.elementCount, filledWith: Float(0))
        let scratch = Buffer(
            Int(be_winograd_float32_gradient_scratch_bytes(&forward)) / 4, filledWith: Float.nan)
        let (image, slope) = (Buffer(packedInput), Buffer(packedGradient))
        var gradient = be_winograd_float32_gradient(
            shape: forward, input: image.start, output_gradient: slope.start,
            places: places.map { UnsafePointer($0.start) }, sums: sums.start,
            bias_sums: biasSums.start, kernel_gradient: kernelGradient.start)
        for part in 0..<parts {
            for first in stride(from: 0, to: sixteens, by: atOnce) {
                be_winograd_float32_sum_gradient(
                    set, &gradient, scratch.start, part, first, min(first + atOnce, sixteens))
            }
        }
        be_winograd_float32_finish_gradient(set, &gradient, 0, squares)
        withExtendedLifetime((sums, scratch, image, slope, places)) {}
        let ofBias = biasSums.values
        visit(kernelLayout, kernelGradient.values)
        return ConvolutionResults(
            output: output, inputGradient: inputGradient,
            kernelGradient: unpack(kernelGradient.values, kernelLayout),
            biasGradient: (0..<outputs).map { out in
                (0..<parts).reduce(0) { $0 + ofBias[$1 * sixteens * 16 + out] }
            })
    }

    /// Calls `body` with every index of a tensor with these dimensions.
    func forEachIndex(of dims: [Int], _ body: ([Int]) -> Void) {
        for number in 0..<dims.reduce(1, *) {
            var rest = number
            var index = dims
            for dimension in dims.indices.reversed() {
                index[dimension] = rest % dims[dimension]
                rest /= dims[dimension]
            }
            body(index)
        }
    }

    /// The offset of an element in Keras's order: of a kernel if two dimensions have blocks, otherwise of an image.
    private func kerasOffset(of index: [Int], in layout: TensorLayout) -> Int {
        let dims = layout.dims
        return layout.blocks.count == 2
            ? ((index[2] * 3 + index[3]) * dims[1] + index[1]) * dims[0] + index[0]
            : ((index[0] * dims[2] + index[2]) * dims[3] + index[3]) * dims[1] + index[1]
    }

    func pack(_ values: [Float], _ layout: TensorLayout) -> [Float] {
        var memory = [Float](repeating: 0, count: layout.elementCount)
        forEachIndex(of: layout.dims) {
            memory[layout.offset(of: $0)] = values[kerasOffset(of: $0, in: layout)]
        }
        return memory
    }

    func unpack(_ memory: [Float], _ layout: TensorLayout) -> [Float] {
        var values = [Float](repeating: 0, count: layout.dims.reduce(1, *))
        forEachIndex(of: layout.dims) {
            values[kerasOffset(of: $0, in: layout)] = memory[layout.offset(of: $0)]
        }
        return values
    }
}

/// The root mean square of the differences, relative to the root mean square of the expected values.
func relativeError<Number: BinaryFloatingPoint>(_ found: [Number], _ expected: [Number]) -> Double {
    func squares(_ values: some Sequence<Double>) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    let errors = zip(found, expected).map { Double($0) - Double($1) }
    return (squares(errors) / squares(expected.map { Double($0) })).squareRoot()
}
