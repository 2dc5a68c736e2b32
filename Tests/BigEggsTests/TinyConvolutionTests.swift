import BigEggs
import CKernels
import Testing

/// Compares the kernels for convolutions of images of at most 2×2 pixels with plain sums in float64.
@Suite struct TinyConvolutionTests {
    /// Channels that do and do not fill whole blocks, and numbers of images that are and are not multiples of
    /// the number computed at once.
    static let shapes = [
        ConvolutionShape(images: 3, height: 2, width: 2, inputs: 16, outputs: 16),
        ConvolutionShape(images: 29, height: 2, width: 2, inputs: 40, outputs: 24),
        ConvolutionShape(images: 13, height: 2, width: 1, inputs: 17, outputs: 33),
        ConvolutionShape(images: 7, height: 1, width: 2, inputs: 23, outputs: 72),
        ConvolutionShape(images: 6, height: 1, width: 1, inputs: 20, outputs: 24),
        ConvolutionShape(images: 1, height: 2, width: 2, inputs: 130, outputs: 70),
    ]

    /// Over three times the expected relative error of a sum of products, 0.41 · √(terms / 2) · 2⁻²⁴.
    private func tolerance(_ terms: Int) -> Double { 0x1p-24 * (2 + Double(terms).squareRoot()) }

    @Test(arguments: shapes)
    func resultsAgreeWithTheFloat64Definition(_ shape: ConvolutionShape) {
        let expected = shape.definition()
        let found = shape.tiny(BE_PLAIN, block: 16)
        let pixels = shape.height * shape.width
        #expect(relativeError(found.output, expected.output) < tolerance(pixels * shape.inputs))
        #expect(
            relativeError(found.inputGradient, expected.inputGradient) < tolerance(pixels * shape.outputs))
        for name in [ConvolutionResults.Name.kernelGradient, .biasGradient] {
            #expect(relativeError(found[name], expected[name]) < tolerance(pixels * shape.images), "\(name)")
        }
    }

    @Test(arguments: shapes)
    func instructionSetLayoutAndWorkDivisionDoNotChangeBits(_ shape: ConvolutionShape) {
        let expected = shape.tiny(BE_PLAIN, block: 16)
        for set in WinogradFloat32Tests.sets {
            for block in [16, 8] {
                for atOnce in [1000, 1, 3] {
                    let found = shape.tiny(set, block: block, atOnce: atOnce)
                    #expect(found == expected, "set \(set.rawValue), block \(block), \(atOnce) at once")
                }
            }
        }
    }

    /// The padding of the last block of channels must stay zero, because later passes read it.
    @Test(arguments: shapes, [16, 8])
    func paddingStaysZero(_ shape: ConvolutionShape, _ block: Int) {
        for set in WinogradFloat32Tests.sets {
            _ = shape.tiny(set, block: block) { layout, memory in
                var isPadding = [Bool](repeating: true, count: memory.count)
                shape.forEachIndex(of: layout.dims) { isPadding[layout.offset(of: $0)] = false }
                #expect(zip(memory, isPadding).allSatisfy { !$1 || $0 == 0 })
            }
        }
    }

    /// Images in bfloat16 are converted to float32 exactly; sums are in float32.
    @Test(arguments: shapes) func imagesInBFloat16AreGatheredAsFloat32(_ shape: ConvolutionShape) {
        let forward = be_tiny_shape(
            images: shape.images, height: shape.height, width: shape.width, inputs: shape.inputs,
            outputs: shape.outputs, block: 16)
        func rounded(_ values: [Float], _ channels: Int) -> [UInt16] {
            let layout = TensorLayout.channelBlocks(
                16, [shape.images, channels, shape.height, shape.width], .float32)
            return shape.pack(values, layout).map { UInt16($0.bitPattern >> 16) }
        }
        func wide(_ halves: [UInt16]) -> [Float] {
            halves.map { Float(bitPattern: UInt32($0) << 16) }
        }
        let (image, slope) = (
            rounded(shape.input, shape.inputs), rounded(shape.gradient, shape.outputs)
        )
        func gathered(_ image: UnsafeRawPointer, _ slope: UnsafeRawPointer, isBFloat16: Bool) -> [[Float]] {
            var tiny = forward
            let counts = [shape.inputs, shape.outputs].map { Int(be_tiny_gathered_bytes(&tiny, $0)) / 4 }
            let memory = counts.map { Buffer($0, filledWith: Float.nan) }
            let (kernel, bias) = (
                Buffer(1, filledWith: Float(0)), Buffer(shape.outputs, filledWith: Float.nan)
            )
            var gradient = be_tiny_gradient(
                shape: forward, input: image, output_gradient: slope, is_bfloat16: isBFloat16,
                gathered_input: memory[0].start, gathered_gradient: memory[1].start,
                kernel_gradient: kernel.start, bias_gradient: bias.start)
            be_tiny_gather(&gradient, 0, (shape.inputs + 15) / 16 + (shape.outputs + 15) / 16)
            return withExtendedLifetime(kernel) { memory.map(\.values) + [bias.values] }
        }
        let found = gathered(image, slope, isBFloat16: true)
        #expect(found == gathered(wide(image), wide(slope), isBFloat16: false))
        #expect(found.joined().allSatisfy { $0.isFinite })
    }

    /// With larger images, oneDNN computes the gradient of a kernel as large as this one.
    @Test(.enabled(if: (.avx512BF16 ..< .amx).contains(DNNL.instructionSet)))
    func aLargeKernelsBFloat16GradientAgreesWithFloat32() throws {
        func gradients(_ precision: Precision) throws -> [Float] {
            let model = try Sequential(input: [2, 2, 288], seed: 3, precision: precision) {
                Conv2D(256, kernelSize: 3, padding: .same)
            }
            let images = try Noise(stream: 8).dataset(count: 6, imageShape: [2, 2, 288], classes: 2)
            let output = try model.output(of: images, training: true)
            let gradient = Noise(stream: 9).uniforms(output.count, in: -1...1)
            let weights = model.engineDescription.algorithms.first { $0.pass == "backward weights" }
            #expect(weights?.algorithm.hasPrefix("tiny_2x2") == true)
            return try model.gradients(of: images, outputGradient: gradient)[0].values
        }
        let (found, expected) = (try gradients(.bfloat16), try gradients(.float32))
        #expect(relativeError(found, expected) < 0x1p-8)
    }

    /// Runs the kernels in layers of the engine, which divide the work over threads.
    @Test(.enabled(if: DNNL.instructionSet >= .avx2)) func anyNumberOfThreadsGivesTheSameBits() throws {
        func results(threads: Int) throws -> [[Float]] {
            let model = try Sequential(input: [2, 2, 24], seed: 3, precision: .float32, threads: threads) {
                Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
                Conv2D(40, kernelSize: 3, padding: .same)
            }
            let images = try Noise(stream: 8).dataset(count: 9, imageShape: [2, 2, 24], classes: 2)
            let output = try model.output(of: images, training: true)
            let gradient = Noise(stream: 9).uniforms(output.count, in: -1...1)
            let passes = model.engineDescription.algorithms.map(\.algorithm)
            #expect(passes.filter { $0.hasPrefix("tiny_2x2") }.count == 5)
            return try [output] + model.gradients(of: images, outputGradient: gradient).map(\.values)
        }
        let expected = try results(threads: 1)
        for threads in [2, 3, 7] { #expect(try results(threads: threads) == expected) }
    }
}

extension ConvolutionShape {
    /// - Parameters:
    ///   - atOnce: the number of panels, groups of 16 channels, or 16×16 blocks of the kernel per call.
    ///   - visit: called with each result in its memory layout.
    fileprivate func tiny(
        _ set: be_instruction_set, block: Int, atOnce: Int = 1000,
        visit: (TensorLayout, [Float]) -> Void = { _, _ in }
    ) -> ConvolutionResults {
        let forward = be_tiny_shape(
            images: images, height: height, width: width, inputs: inputs, outputs: outputs, block: block)
        let backward = be_tiny_shape(
            images: images, height: height, width: width, inputs: outputs, outputs: inputs, block: block)
        let inputLayout = TensorLayout.channelBlocks(block, [images, inputs, height, width], .float32)
        let outputLayout = TensorLayout.channelBlocks(block, [images, outputs, height, width], .float32)
        let kernelLayout = TensorLayout.kernelBlocks([outputs, inputs, 3, 3], .float32, size: block)
        let (image, slope) = (Buffer(pack(input, inputLayout)), Buffer(pack(gradient, outputLayout)))
        let (taps, added) = (Buffer(pack(kernel, kernelLayout)), Buffer(bias))

        func divided(_ count: Int, _ body: (Int, Int) -> Void) {
            for first in stride(from: 0, to: count, by: atOnce) { body(first, min(first + atOnce, count)) }
        }
        func convolve(
            _ shape: be_tiny_shape, isTurned: Bool, _ input: Buffer<Float>, _ bias: Buffer<Float>?,
            _ layout: TensorLayout
        ) -> [Float] {
            var shape = shape
            let count = be_tiny_panels(&shape)
            let panels = Buffer(count * Int(be_tiny_panel_bytes(&shape)) / 4, filledWith: Float.nan)
            var expanded = be_tiny_kernel(
                shape: shape, isTurned: isTurned, kernel: taps.start, panels: panels.start)
            divided(count) { be_tiny_expand(&expanded, $0, $1) }
            let memory = Buffer(layout.elementCount, filledWith: Float.nan)
            var convolution = be_tiny_convolution(
                shape: shape, input: input.start, panels: panels.start,
                bias: bias.map { UnsafePointer($0.start) }, rectifies: false, output: memory.start)
            divided(count) { be_tiny_convolve(set, &convolution, $0, $1) }
            withExtendedLifetime((panels, input, bias)) {}
            visit(layout, memory.values)
            return unpack(memory.values, layout)
        }
        let output = convolve(forward, isTurned: false, image, added, outputLayout)
        let inputGradient = convolve(backward, isTurned: true, slope, nil, inputLayout)

        var shape = forward
        let gatheredInput = Buffer(Int(be_tiny_gathered_bytes(&shape, inputs)) / 4, filledWith: Float.nan)
        let gatheredSlope = Buffer(Int(be_tiny_gathered_bytes(&shape, outputs)) / 4, filledWith: Float.nan)
        let kernelGradient = Buffer(kernelLayout.elementCount, filledWith: Float.nan)
        let biasGradient = Buffer(outputs, filledWith: Float.nan)
        var gradient = be_tiny_gradient(
            shape: forward, input: image.start, output_gradient: slope.start, is_bfloat16: false,
            gathered_input: gatheredInput.start, gathered_gradient: gatheredSlope.start,
            kernel_gradient: kernelGradient.start, bias_gradient: biasGradient.start)
        let (across, down) = ((inputs + 15) / 16, (outputs + 15) / 16)
        divided(across + down) { be_tiny_gather(&gradient, $0, $1) }
        divided(across * down) { be_tiny_sum_gradient(set, &gradient, $0, $1) }
        withExtendedLifetime((image, slope, taps, added, gatheredInput, gatheredSlope)) {}
        visit(kernelLayout, kernelGradient.values)
        return ConvolutionResults(
            output: output, inputGradient: inputGradient,
            kernelGradient: unpack(kernelGradient.values, kernelLayout), biasGradient: biasGradient.values)
    }
}
