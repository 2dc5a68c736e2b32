import BigEggs
import CKernels
import Testing

/// Compares the kernels of Winograd's convolution in float32 with plain sums in float64.
@Suite struct WinogradFloat32Tests {
    /// Sides that are and are not multiples of a tile's side, channels that do and do not fill whole blocks,
    /// one image and several, with and without padding, more tiles than are transformed at a time, and six
    /// random shapes.
    static let shapes =
        [
            ConvolutionShape(images: 3, height: 8, width: 8, inputs: 32, outputs: 32),
            ConvolutionShape(images: 2, height: 7, width: 9, inputs: 17, outputs: 40),
            ConvolutionShape(images: 1, height: 1, width: 1, inputs: 33, outputs: 3),
            ConvolutionShape(images: 2, height: 5, width: 6, inputs: 64, outputs: 48, top: 0, left: 0),
            ConvolutionShape(images: 2, height: 6, width: 10, inputs: 128, outputs: 128),
            ConvolutionShape(images: 1, height: 9, width: 5, inputs: 8, outputs: 24, top: 0, left: 2),
            ConvolutionShape(images: 19, height: 4, width: 4, inputs: 16, outputs: 16),
            ConvolutionShape(images: 2, height: 37, width: 41, inputs: 32, outputs: 20),
        ]
        + (0..<6).map { number in
            let drawn = Noise(stream: 100 + number).integers(5, below: 1000)
            return ConvolutionShape(
                images: 1 + drawn[0] % 4, height: 3 + drawn[1] % 15, width: 3 + drawn[2] % 15,
                inputs: 1 + drawn[3] % 70, outputs: 1 + drawn[4] % 70, top: number % 2, left: number % 3)
        }

    /// The instruction sets of this processor, plain code first.
    static let sets = [BE_PLAIN, BE_AVX2, BE_AVX512].filter {
        switch $0 {
        case BE_AVX512: DNNL.instructionSet >= .avx512
        case BE_AVX2: DNNL.instructionSet >= .avx2
        default: true
        }
    }

    @Test(arguments: shapes)
    func resultsAgreeWithTheFloat64Definition(_ shape: ConvolutionShape) {
        let expected = shape.definition()
        let found = shape.winograd(BE_PLAIN, block: 16)
        for (name, tolerance) in shape.tolerances {
            #expect(relativeError(found[name], expected[name]) < tolerance, "\(name)")
        }
    }

    @Test(arguments: shapes)
    func everyInstructionSetAndLayoutGivesTheSameBits(_ shape: ConvolutionShape) {
        let expected = shape.winograd(BE_PLAIN, block: 16)
        for set in Self.sets {
            for block in [16, 8] {
                #expect(shape.winograd(set, block: block) == expected, "set \(set.rawValue), block \(block)")
            }
        }
    }

    /// Tiles and channels may be divided over threads in any way, and the cache may have any size.
    @Test(arguments: shapes)
    func everyDivisionOfTheWorkGivesTheSameBits(_ shape: ConvolutionShape) throws {
        let set = try #require(Self.sets.last)
        let expected = shape.winograd(set, block: 16)
        #expect(shape.winograd(set, block: 16, tilesAtOnce: 12, sixteensAtOnce: 1) == expected)
        for kilobytes in [64, 700, 8192] {
            let found = shape.winograd(set, block: 16, cacheBytes: kilobytes << 10)
            #expect(found == expected, "a cache of \(kilobytes) KB")
        }
    }

    /// Pooling inside the convolution gives the same bits as pooling after it.
    @Test(arguments: shapes.filter { $0.outputHeight > 1 && $0.outputWidth > 1 })
    func fusedPoolingGivesTheSameBits(_ shape: ConvolutionShape) throws {
        let (largest, gradient) = shape.pooled(shape.winograd(BE_PLAIN, block: 16).output)
        var expected = shape.winograd(BE_PLAIN, block: 16, gradient: gradient)
        expected.output = largest
        for set in Self.sets { #expect(shape.winograd(set, block: 16, pools: true) == expected) }
        let divided = shape.winograd(
            try #require(Self.sets.last), block: 16, tilesAtOnce: 12, sixteensAtOnce: 1, pools: true)
        #expect(divided == expected)
    }

    /// The padding of the last block of channels must stay zero, because later passes read it.
    @Test(arguments: shapes, [16, 8])
    func paddingStaysZero(_ shape: ConvolutionShape, _ block: Int) {
        for set in Self.sets {
            var padding: [Float] = []
            _ = shape.winograd(set, block: block) { layout, memory in
                var isPadding = [Bool](repeating: true, count: memory.count)
                shape.forEachIndex(of: layout.dims) { isPadding[layout.offset(of: $0)] = false }
                padding += zip(memory, isPadding).compactMap { $1 ? $0 : nil }
            }
            #expect(padding.allSatisfy { $0 == 0 })
        }
    }

    /// Checks the tolerances: the errors of typical faults of a kernel are over 1000 times as large.
    @Test func kernelFaultsExceedTheTolerances() {
        let shape = ConvolutionShape(images: 2, height: 11, width: 8, inputs: 24, outputs: 20)
        let expected = shape.definition()
        func error(_ found: ConvolutionResults, _ name: ConvolutionResults.Name) -> Double {
            relativeError(found[name], expected[name]) / (shape.tolerances[name] ?? 0)
        }
        let right = shape.winograd(BE_PLAIN, block: 16)
        #expect(error(right, .output) < 1)

        var swapped = right
        for row in 0..<4 {
            for column in 0..<4 {
                let at = (row * shape.width + column) * shape.outputs
                for channel in 0..<shape.outputs {
                    swapped.output.swapAt(at + channel, at + 4 * shape.outputs + channel)
                }
            }
        }
        #expect(error(swapped, .output) > 1000)

        for element in 0..<36 {
            let wrong = shape.winograd(BE_PLAIN, block: 16, negatedElement: element)
            #expect(error(wrong, .output) > 1000, "element \(element)")
            #expect(error(wrong, .inputGradient) > 1000, "element \(element)")
        }

        let cut = shape.winograd(BE_PLAIN, block: 16, lastRow: 0)
        #expect(error(cut, .output) > 1000)
        #expect(error(cut, .kernelGradient) > 1000)
    }
}

/// Runs the kernels in layers of the engine, which divide the work over threads.
@Suite(.enabled(if: DNNL.instructionSet >= .avx2)) struct WinogradFloat32LayerTests {
    @Test func anyNumberOfThreadsGivesTheSameBits() throws {
        func results(threads: Int) throws -> [[Float]] {
            let model = try Sequential(input: [9, 13, 16], seed: 3, precision: .float32, threads: threads) {
                Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
                Conv2D(40, kernelSize: 3)
            }
            let images = try Noise(stream: 8).dataset(count: 5, imageShape: [9, 13, 16], classes: 2)
            let output = try model.output(of: images, training: true)
            let gradient = Noise(stream: 9).uniforms(output.count, in: -1...1)
            let passes = model.engineDescription.algorithms.map(\.algorithm)
            #expect(passes.filter { $0.hasPrefix("winograd_4x3") }.count == 5)
            return try [output] + model.gradients(of: images, outputGradient: gradient).map(\.values)
        }
        let expected = try results(threads: 1)
        for threads in [2, 3, 7] { #expect(try results(threads: threads) == expected) }
    }

    @Test func winogradIsUsedOnlyForSuitableConvolutions() throws {
        func usesWinograd(_ layer: Conv2D, _ input: [Int] = [6, 6, 16], allowed: Bool = true) throws -> Bool {
            let model = try Sequential(input: input, precision: .float32, threads: 1) { layer }
            model.allowsWinograd = allowed
            let image = try Noise(stream: 1).dataset(count: 1, imageShape: input, classes: 1)
            _ = try model.output(of: image, training: true)
            return model.engineDescription.algorithms.contains { $0.algorithm.hasPrefix("winograd_4x3") }
        }
        #expect(try usesWinograd(Conv2D(16, kernelSize: 3, padding: .same)))
        #expect(try usesWinograd(Conv2D(20, kernelSize: 3), [8, 8, 16]))
        #expect(try !usesWinograd(Conv2D(16, kernelSize: 3, padding: .same), allowed: false))
        #expect(try !usesWinograd(Conv2D(15, kernelSize: 3, padding: .same)))
        #expect(try !usesWinograd(Conv2D(16, kernelSize: 3, padding: .same), [6, 6, 15]))
        #expect(try !usesWinograd(Conv2D(16, kernelSize: 5, padding: .same)))
        #expect(try !usesWinograd(Conv2D(16, kernelSize: 3, strides: 2, padding: .same)))
        // With 3×3 pixels, 9 of the tile's 16 are in the image; with 5×5 pixels, 25 of the 64 of four tiles.
        #expect(try usesWinograd(Conv2D(16, kernelSize: 3, padding: .same), [3, 3, 16]))
        #expect(try !usesWinograd(Conv2D(16, kernelSize: 3, padding: .same), [5, 5, 16]))
        #expect(try !usesWinograd(Conv2D(16, kernelSize: 3, padding: .same), [2, 2, 16]))
    }

    @Test func zeroPaddingBeforeAConvolutionIsFusedIntoIt() throws {
        func passes(@LayerBuilder _ layers: () -> [any Layer]) throws -> [String] {
            let model = try Sequential(input: [9, 9, 3], precision: .float32, threads: 1, layers: layers)
            try model.compile(optimizer: Adam())
            let images = try Noise(stream: 1).dataset(count: 2, imageShape: [9, 9, 3], classes: 5)
            let breakdown = try model.measureSteps(
                on: images, batchSize: 2, steps: 1, training: true, breakdown: true)
            #expect(!model.engineDescription.algorithms.contains { $0.algorithm.hasPrefix("ref") })
            return breakdown.times?.passes.map(\.layer) ?? []
        }
        let folded = try passes {
            ZeroPadding2D(3)
            Conv2D(16, kernelSize: 7, strides: 2)
            ZeroPadding2D(1)
            Conv2D(16, kernelSize: 3, strides: 2)
            Flatten()
            Dense(5, activation: .softmax)
        }
        #expect(folded.contains("conv2d_1") && !folded.contains { $0.hasPrefix("zero_padding") })
        let kept = try passes {
            Conv2D(16, kernelSize: 3, padding: .same)
            ZeroPadding2D(1)
            MaxPooling2D(poolSize: 3)
            Flatten()
            Dense(5, activation: .softmax)
        }
        #expect(kept.contains { $0.hasPrefix("zero_padding") })
    }

    /// A NaN must reach the loss, which stops the training.
    @Test func aReLUPropagatesNaN() throws {
        let model = try Sequential(input: [4, 4, 16], precision: .float32) {
            Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)
        }
        let image = try ImageDataset(
            floats: Array(repeating: .nan, count: 4 * 4 * 16), labels: Labels([0]), imageShape: [4, 4, 16],
            classNames: ["any"])
        #expect(try model.output(of: image, training: false).allSatisfy(\.isNaN))
    }
}
