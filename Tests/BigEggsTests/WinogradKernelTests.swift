import BigEggs
import CKernels
import Testing

/// The kernels of Winograd's convolution in bfloat16 without the engine; plain code runs on every processor.
@Suite struct WinogradKernelTests {
    /// Even and odd sides, an image smaller than a tile, and enough tiles to divide the work.
    private static let shapes = [
        be_winograd_bfloat16_shape(images: 2, height: 6, width: 7, inputs: 32, outputs: 64),
        be_winograd_bfloat16_shape(images: 1, height: 1, width: 1, inputs: 64, outputs: 32),
        be_winograd_bfloat16_shape(images: 3, height: 5, width: 4, inputs: 32, outputs: 32),
    ]

    /// The integers are so small that only the output is rounded; see ``WinogradTests``.
    @Test(arguments: 0..<3)
    func integerResultsAreExactInPlainCode(_ number: Int) {
        let shape = Self.shapes[number]
        let values = Values(shape) { stream, count in
            Noise(stream: stream).integers(count, below: 5).map { Float($0 - 2) }
        } kernel: {
            Noise(stream: 3).integers($0, below: 3).map { Float(4 * $0 - 4) }
        }
        let results = Results(values, by: BE_PLAIN)
        let expected = values.byDefinition()
        #expect(results.output == expected.output.map { half(Float($0)) })
        #expect(results.kernelGradient.map { Double($0) } == expected.kernelGradient)
        let biasGradient = zip(results.biasSums, results.biasSums.dropFirst(values.shape.outputs)).map(+)
        #expect(biasGradient.map { Double($0) } == expected.biasGradient)
    }

    @Test(
        .enabled(if: DNNL.instructionSet.ofKernels.rawValue >= BE_AVX512_BF16.rawValue), arguments: 0..<3,
        [Float(1), 3e-19])
    func avx512BF16InstructionsGiveTheSameBitsAsPlainCode(_ number: Int, scale: Float) {
        // Products of numbers of 3e-19 are close to the least normal number.
        let values = Values(Self.shapes[number]) { stream, count in
            Noise(stream: stream).uniforms(count, in: -scale...scale)
        } kernel: {
            Noise(stream: 3).uniforms($0, in: -scale...scale)
        }
        let (plain, instructions) = (Results(values, by: BE_PLAIN), Results(values, by: BE_AVX512_BF16))
        #expect(plain == instructions)
        #expect(plain.kernelGradient.contains { $0 != 0 } && plain.output.contains { $0 != 0 })
    }
}

/// Images, a kernel and a gradient in the layouts that the kernels read.
private struct Values {
    let shape: be_winograd_bfloat16_shape
    let image, gradient: Buffer<UInt16>
    let kernel, bias: Buffer<Float>

    init(
        _ shape: be_winograd_bfloat16_shape, values: (_ stream: Int, _ count: Int) -> [Float],
        kernel: (_ count: Int) -> [Float]
    ) {
        self.shape = shape
        let pixels = shape.images * shape.height * shape.width
        image = Buffer(values(1, pixels * shape.inputs).map(half))
        gradient = Buffer(values(2, pixels * shape.outputs).map(half))
        self.kernel = Buffer(kernel(9 * shape.inputs * shape.outputs))
        bias = Buffer(values(4, shape.outputs))
    }

    /// The offset of a pixel's channel in nChw16c.
    private func place(_ image: Int, _ channel: Int, _ y: Int, _ x: Int, of channels: Int) -> Int {
        let block = image * (channels / 16) + channel / 16
        return ((block * shape.height + y) * shape.width + x) * 16 + channel % 16
    }

    /// The offset of a weight in OIhw16i16o.
    private func place(_ output: Int, _ input: Int, tap: Int) -> Int {
        let block = output / 16 * (shape.inputs / 16) + input / 16
        return ((block * 9 + tap) * 16 + input % 16) * 16 + output % 16
    }

    /// Output and gradients as sums in float64.
    func byDefinition() -> (output: [Double], kernelGradient: [Double], biasGradient: [Double]) {
        let (image, gradient) = (self.image.values, self.gradient.values)
        let (kernel, bias) = (self.kernel.values, self.bias.values)
        func number(_ half: UInt16) -> Double { Double(Float(bitPattern: UInt32(half) << 16)) }
        var sums = [Double](repeating: 0, count: gradient.count)
        var ofKernel = [Double](repeating: 0, count: kernel.count)
        var ofBias = [Double](repeating: 0, count: shape.outputs)
        for index in 0..<shape.images {
            for (y, x) in (0..<shape.height * shape.width).map({ ($0 / shape.width, $0 % shape.width) }) {
                for output in 0..<shape.outputs {
                    let target = place(index, output, y, x, of: shape.outputs)
                    let slope = number(gradient[target])
                    var sum = Double(bias[output])
                    for tap in 0..<9 {
                        let (row, column) = (y + tap / 3 - 1, x + tap % 3 - 1)
                        guard 0..<shape.height ~= row, 0..<shape.width ~= column else { continue }
                        for input in 0..<shape.inputs {
                            let value = number(image[place(index, input, row, column, of: shape.inputs)])
                            let weight = place(output, input, tap: tap)
                            sum += value * Double(kernel[weight])
                            ofKernel[weight] += value * slope
                        }
                    }
                    sums[target] = max(sum, 0)
                    ofBias[output] += slope
                }
            }
        }
        return (sums, ofKernel, ofBias)
    }
}

/// The kernels' results with an instruction set; the sums of the gradients are computed in two parts.
private struct Results: Equatable {
    let matrices, turned, output: [UInt16]
    let kernelGradient, biasSums: [Float]

    init(_ values: Values, by set: be_instruction_set) {
        var shape = values.shape
        let (inputs, outputs) = (shape.inputs, shape.outputs)
        let matrices = [false, true].map { isTurned in
            let matrices = Buffer([UInt16](repeating: 0, count: 16 * inputs * outputs))
            var kernel = be_winograd_bfloat16_kernel(
                inputs: inputs, outputs: outputs, isTurned: isTurned, kernel: values.kernel.start,
                matrices: matrices.start)
            be_winograd_bfloat16_transform(set, &kernel, 0, inputs * outputs / 256)
            return matrices
        }
        self.matrices = matrices[0].values
        turned = matrices[1].values

        let bytes = max(
            be_winograd_bfloat16_scratch_bytes(&shape), be_winograd_bfloat16_gradient_scratch_bytes(&shape))
        let scratch = Buffer([UInt8](repeating: 0, count: bytes))
        let output = Buffer([UInt16](repeating: 0, count: values.gradient.count))
        let tiles = shape.images * ((shape.height + 1) / 2) * ((shape.width + 1) / 2)
        var convolution = be_winograd_bfloat16_convolution(
            shape: shape, input: values.image.start, matrices: matrices[0].start, bias: values.bias.start,
            rectifies: true, output: output.start)
        be_winograd_bfloat16_convolve(set, &convolution, scratch.start, 0, tiles)
        self.output = output.values

        let sums = Buffer([Float](repeating: 0, count: 2 * 16 * inputs * outputs))
        let biasSums = Buffer([Float](repeating: 0, count: 2 * outputs))
        let kernelGradient = Buffer([Float](repeating: 0, count: values.kernel.count))
        var gradient = be_winograd_bfloat16_gradient(
            shape: shape, input: values.image.start, output_gradient: values.gradient.start,
            sums: sums.start, bias_sums: biasSums.start, kernel_gradient: kernelGradient.start)
        let pairs = be_winograd_bfloat16_tile_pairs(&shape)
        be_winograd_bfloat16_sum_gradient(set, &gradient, 0, scratch.start, 0, pairs / 2)
        be_winograd_bfloat16_sum_gradient(set, &gradient, 1, scratch.start, pairs / 2, pairs)
        be_winograd_bfloat16_finish_gradient(set, &gradient, 2, 0, inputs * outputs / 256)
        self.kernelGradient = kernelGradient.values
        self.biasSums = biasSums.values
        withExtendedLifetime((matrices, scratch, sums)) {}
    }
}
