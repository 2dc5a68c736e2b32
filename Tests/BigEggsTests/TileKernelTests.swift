import BigEggs
import CKernels
import Testing

/// The kernels for AMX without the engine; plain code runs on every processor.
@Suite struct TileKernelTests {
    private static func shape(
        _ images: Int, _ side: (Int, Int), _ inputs: Int, to outputs: Int, window: (Int, Int),
        stride: Int = 1, zeros: Int = 0
    ) -> be_tile_shape {
        be_tile_shape(
            images: images, height: side.0, width: side.1, inputs: inputs,
            output_height: (side.0 + 2 * zeros - window.0) / stride + 1,
            output_width: (side.1 + 2 * zeros - window.1) / stride + 1, outputs: outputs, rows: window.0,
            columns: window.1, row_stride: stride, column_stride: stride, zeros_above: zeros,
            zeros_left: zeros)
    }

    /// Whole and incomplete groups of 32 images, blocks of 32 channels and pairs of tiles; windows that are unfolded;
    /// strides; matrix products.
    private static let shapes = [
        shape(33, (5, 6), 3, to: 20, window: (3, 3), zeros: 1),
        shape(5, (4, 4), 32, to: 48, window: (3, 3), zeros: 1),
        shape(35, (7, 5), 24, to: 10, window: (3, 3), stride: 2, zeros: 1),
        shape(3, (3, 4), 40, to: 33, window: (1, 1)),
        shape(34, (5, 6), 16, to: 64, window: (1, 1), stride: 2),
        shape(4, (6, 6), 3, to: 24, window: (2, 2)),
        shape(2, (9, 9), 3, to: 8, window: (7, 7), stride: 2, zeros: 3),
        shape(70, (1, 1), 70, to: 10, window: (1, 1)),
    ]

    /// The integers are so small that only the outputs are rounded.
    @Test(arguments: 0..<8)
    func integerResultsAreExactInPlainCode(_ number: Int) {
        let values = Values(Self.shapes[number]) { stream, count in
            Noise(stream: stream).integers(count, below: 5).map { Float($0 - 2) }
        }
        let results = Results(values, by: BE_PLAIN)
        let expected = values.byDefinition()
        #expect(results.output == expected.output.map { half(Float(max($0, 0))) })
        #expect(results.inputGradient == expected.inputGradient.map { half(Float($0)) })
        #expect(results.kernelGradient.map { Double($0) } == expected.kernelGradient)
        #expect(results.biasGradient.map { Double($0) } == expected.biasGradient)
        #expect(results.logits.map { Double($0) } == expected.output)
    }

    /// Pieces of a pass may be computed by any thread: they do not depend on each other.
    @Test(arguments: 0..<8)
    func aDivisionIntoPiecesChangesNoBit(_ number: Int) {
        let values = Values(Self.shapes[number]) { stream, count in
            Noise(stream: stream).uniforms(count, in: -1...1)
        }
        #expect(Results(values, by: BE_PLAIN) == Results(values, by: BE_PLAIN, isDivided: true))
    }

    @Test(
        .enabled(if: DNNL.instructionSet.ofKernels == BE_AMX, "the processor has AMX"), arguments: 0..<8,
        [Float(1), 3e-19])
    func amxGivesTheSameBitsAsPlainCode(_ number: Int, scale: Float) {
        // Products of numbers of 3e-19 are close to the least normal number.
        let values = Values(Self.shapes[number]) { stream, count in
            Noise(stream: stream).uniforms(count, in: -scale...scale)
        }
        let (plain, instructions) = (Results(values, by: BE_PLAIN), Results(values, by: BE_AMX))
        #expect(plain == instructions)
        #expect(plain.kernelGradient.contains { $0 != 0 } && plain.output.contains { $0 != 0 })
    }
}

/// Images, a kernel and a gradient in the layouts that the kernels read.
private struct Values {
    let shape: be_tile_shape
    let image, gradient: Buffer<UInt16>
    let kernel, bias: Buffer<Float>

    init(_ shape: be_tile_shape, values: (_ stream: Int, _ count: Int) -> [Float]) {
        self.shape = shape
        image = Buffer(values(1, shape.images * shape.height * shape.width * shape.inputs).map(half))
        gradient = Buffer(
            values(2, shape.images * shape.output_height * shape.output_width * shape.outputs).map(half))
        let (inputs, outputs) = ((shape.inputs + 15) / 16, (shape.outputs + 15) / 16)
        var kernel = [Float](repeating: 0, count: inputs * outputs * shape.rows * shape.columns * 256)
        let weights = values(3, kernel.count)
        for output in 0..<shape.outputs {
            for input in 0..<shape.inputs {
                for tap in 0..<shape.rows * shape.columns {
                    let place = Values.place(shape, output, input, tap)
                    kernel[place] = weights[place]
                }
            }
        }
        self.kernel = Buffer(kernel)
        bias = Buffer(values(4, shape.outputs))
    }

    /// The offset of a weight in OIhw16i16o.
    private static func place(_ shape: be_tile_shape, _ output: Int, _ input: Int, _ tap: Int) -> Int {
        let block = output / 16 * ((shape.inputs + 15) / 16) + input / 16
        return ((block * shape.rows * shape.columns + tap) * 16 + input % 16) * 16 + output % 16
    }

    struct Expected {
        var output, inputGradient, kernelGradient, biasGradient: [Double]
    }

    /// Output and gradients as sums in float64.
    func byDefinition() -> Expected {
        let (image, gradient) = (self.image.values, self.gradient.values)
        let (kernel, bias) = (self.kernel.values, self.bias.values)
        func number(_ half: UInt16) -> Double { Double(Float(bitPattern: UInt32(half) << 16)) }
        var result = Expected(
            output: .init(repeating: 0, count: gradient.count),
            inputGradient: .init(repeating: 0, count: image.count),
            kernelGradient: .init(repeating: 0, count: kernel.count),
            biasGradient: .init(repeating: 0, count: shape.outputs))
        for pixel in 0..<shape.images * shape.output_height * shape.output_width {
            let index = pixel / shape.output_width / shape.output_height
            let (y, x) = (pixel / shape.output_width % shape.output_height, pixel % shape.output_width)
            for output in 0..<shape.outputs {
                let target = pixel * shape.outputs + output
                let slope = number(gradient[target])
                var sum = Double(bias[output])
                for tap in 0..<shape.rows * shape.columns {
                    let row = y * shape.row_stride + tap / shape.columns - shape.zeros_above
                    let column = x * shape.column_stride + tap % shape.columns - shape.zeros_left
                    guard 0..<shape.height ~= row, 0..<shape.width ~= column else { continue }
                    for input in 0..<shape.inputs {
                        let source =
                            ((index * shape.height + row) * shape.width + column) * shape.inputs + input
                        let place = Values.place(shape, output, input, tap)
                        sum += number(image[source]) * Double(kernel[place])
                        result.inputGradient[source] += slope * Double(kernel[place])
                        result.kernelGradient[place] += slope * number(image[source])
                    }
                }
                result.output[target] = sum
                result.biasGradient[output] += slope
            }
        }
        return result
    }
}

/// The kernels' results with an instruction set; gradients are summed in as many parts as there are groups.
private struct Results: Equatable {
    let output, inputGradient: [UInt16]
    let logits, kernelGradient, biasGradient: [Float]

    /// - Parameter isDivided: whether passes are divided into rows and channels.
    init(_ values: Values, by set: be_instruction_set, isDivided: Bool = false) {
        var shape = values.shape
        let groups = (shape.images + Int(BE_TILE_GROUP) - 1) / Int(BE_TILE_GROUP)
        let blocks = (shape.outputs + 15) / 16
        let bytes = max(
            be_tile_convolution_scratch_bytes(&shape, false), be_tile_convolution_scratch_bytes(&shape, true),
            be_tile_gradient_scratch_bytes(&shape, groups))
        let scratch = Buffer([UInt8](repeating: 0xFF, count: bytes + 64))
        func rounded(isTurned: Bool) -> Buffer<UInt8> {
            var kernel = be_tile_kernel(
                inputs: shape.inputs, outputs: shape.outputs, rows: shape.rows, columns: shape.columns,
                is_turned: isTurned)
            let tiles = Buffer([UInt8](repeating: 0, count: be_tile_kernel_bytes(&kernel)))
            be_tile_kernel_round(
                set, &kernel, values.kernel.start, tiles.start, 0, be_tile_kernel_pieces(&kernel))
            return tiles
        }
        func run(_ convolution: be_tile_convolution, rows: Int, channels: Int) {
            var convolution = convolution
            for group in 0..<groups {
                for first in stride(from: 0, to: rows, by: isDivided ? 2 : rows) {
                    for channel in stride(from: 0, to: channels, by: isDivided ? 32 : channels) {
                        var piece = be_tile_piece(
                            group: group, first_row: first,
                            last_row: isDivided ? min(first + 2, rows) : rows, first_channel: channel,
                            last_channel: isDivided ? min(channel + 32, channels) : channels)
                        be_tile_convolve(set, &convolution, scratch.start, &piece)
                    }
                }
            }
        }
        let (forward, turned) = (rounded(isTurned: false), rounded(isTurned: true))
        let output = Buffer([UInt16](repeating: 0, count: values.gradient.count))
        let logits = Buffer([Float](repeating: 0, count: values.gradient.count))
        let inputGradient = Buffer([UInt16](repeating: 0, count: values.image.count))
        for (target, isFloat32) in [
            (UnsafeMutableRawPointer(output.start), false), (UnsafeMutableRawPointer(logits.start), true),
        ] {
            run(
                be_tile_convolution(
                    shape: shape, is_turned: false, source: values.image.start, tiles: forward.start,
                    bias: values.bias.start, rectifies: !isFloat32, is_float32: isFloat32, target: target),
                rows: shape.output_height, channels: shape.outputs)
        }
        run(
            be_tile_convolution(
                shape: shape, is_turned: true, source: values.gradient.start, tiles: turned.start, bias: nil,
                rectifies: false, is_float32: false, target: inputGradient.start),
            rows: shape.height, channels: shape.inputs)

        let sums = Buffer([Float](repeating: .nan, count: groups * be_tile_gradient_sums(&shape)))
        let biasSums = Buffer([Float](repeating: .nan, count: groups * blocks * 16))
        let kernelGradient = Buffer([Float](repeating: 0, count: values.kernel.count))
        let biasGradient = Buffer([Float](repeating: 0, count: shape.outputs))
        var gradient = be_tile_gradient(
            shape: shape, input: values.image.start, output_gradient: values.gradient.start,
            sums: sums.start, bias_sums: biasSums.start, kernel_gradient: kernelGradient.start,
            bias_gradient: biasGradient.start)
        for group in 0..<groups {
            for block in stride(from: 0, to: blocks, by: isDivided ? 2 : blocks) {
                var piece = be_tile_gradient_piece(
                    part: group, first_group: group, last_group: group + 1, first_block: block,
                    last_block: isDivided ? min(block + 2, blocks) : blocks)
                be_tile_sum_gradient(set, &gradient, scratch.start, &piece)
            }
        }
        be_tile_finish_gradient(set, &gradient, groups, 0, blocks)
        (self.output, self.inputGradient) = (output.values, inputGradient.values)
        self.logits = logits.values
        (self.kernelGradient, self.biasGradient) = (kernelGradient.values, biasGradient.values)
        withExtendedLifetime((forward, turned, scratch, sums, biasSums)) {}
    }
}
