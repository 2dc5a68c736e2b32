import BigEggs
import Foundation
import Testing

/// Compares Winograd's convolution in bfloat16 and its gradients with plain sums in float64.
@Suite(.enabled(if: (.avx512BF16 ..< .amx).contains(DNNL.instructionSet)))
struct WinogradTests {
    /// A 3×3 convolution of images, and how many threads compute it.
    struct Case: Sendable, CustomTestStringConvertible {
        let images, height, width, inputs, outputs: Int
        var rectifies = false
        var threads = 2

        var testDescription: String {
            """
            \(images) of \(height)×\(width), \(inputs) to \(outputs) channels, \
            \(rectifies ? "ReLU" : "linear"), threads \(threads)
            """
        }

        /// Even and odd sides, images smaller than a tile, more tiles than are transformed at once, fewer
        /// tiles than threads, and channels that are summed in one group and in several.
        static let all = [
            Case(images: 3, height: 8, width: 8, inputs: 32, outputs: 32, rectifies: true),
            Case(images: 2, height: 7, width: 9, inputs: 64, outputs: 32),
            Case(images: 5, height: 5, width: 6, inputs: 32, outputs: 96, rectifies: true, threads: 3),
            Case(images: 1, height: 1, width: 1, inputs: 32, outputs: 32),
            Case(images: 3, height: 2, width: 3, inputs: 32, outputs: 64, threads: 5),
            Case(images: 1, height: 16, width: 15, inputs: 96, outputs: 64, threads: 1),
            Case(images: 9, height: 19, width: 23, inputs: 32, outputs: 32, rectifies: true),
            Case(images: 2, height: 6, width: 10, inputs: 128, outputs: 128),
            Case(images: 2, height: 6, width: 10, inputs: 128, outputs: 128, rectifies: true, threads: 3),
            Case(images: 1, height: 4, width: 4, inputs: 160, outputs: 224, threads: 1),
        ]
    }

    /// The whole numbers are so small that only the output is rounded: the transforms of the inputs and of
    /// the gradient stay below 2⁸, the transform of a kernel of multiples of 4 is whole, and sums stay below
    /// 2²⁴. So the results equal the plain sums to the last bit.
    @Test(arguments: Case.all)
    func integerResultsAreExact(_ example: Case) throws {
        let network = try Network(example) { stream, count in
            Noise(stream: stream).integers(count, below: 5).map { Float($0 - 2) }
        } kernel: { count in
            Noise(stream: 3).integers(count, below: 3).map { Float(4 * $0 - 4) }
        }
        #expect(network.output == network.expectedOutput.map { Double(rounded($0)) })
        #expect(network.kernelGradient == network.expectedKernelGradient)
        #expect(network.biasGradient == network.expectedBiasGradient)
        // The first layer is the identity. The gradient of its kernel is the gradient of its output, rounded
        // to bfloat16, times the image.
        #expect(network.firstGradient == network.expectedFirstGradient)
    }

    /// The inputs are random bfloat16 numbers. A rounding to bfloat16 has a relative error of 0.42 · 2⁻⁸,
    /// root mean square.
    ///
    /// Output: with inputs of variance s² and kernels of variance w², an element of the input's transform has
    /// the variance 4s², and an element of the kernel's transform has the variance gᵢgⱼw², where
    /// g = (1, ¾, ¾, 1). Both elements are rounded. An output is a sum of nine of their products over C
    /// channels; the factors gᵢgⱼ of these products have the sum (1 + ¾ + ¾)² = 2.5². In units of C s²w², the
    /// error of an output has the variance 2 · 4 · 2.5² · 0.42² = 50 · 0.42², and the output has the variance
    /// 9, so the relative error is √(50/9) · 0.42 = 1.0 units of 2⁻⁸. Rounding the output adds an error of
    /// 0.42 units, which makes √(1.0² + 0.42²) = 1.1 units.
    ///
    /// Kernel's gradient: an element of the output gradient's transform has a variance in proportion to
    /// aᵢaⱼ, where a = (1, 2, 2, 1). Weighted with the squares in the columns of G, the elements of a have the
    /// sums 2, 1 and 2. At a corner of the kernel, the error has the variance 2 · 4 · 2 · 2 · 0.42² per tile,
    /// and the gradient sums 4 positions of each tile, so the relative error is √(32/4) · 0.42 = 1.2 units. In
    /// the middle of the kernel it is 0.6 units.
    ///
    /// The tolerance is 1.25 times as large, because the errors of a few thousand samples vary.
    @Test(arguments: Case.all.filter { $0.height > 4 })
    func randomResultsAreWithinTheBFloat16ErrorBound(_ example: Case) throws {
        // Without ReLU: where an output is close to zero, rounding may decide whether the ReLU is active.
        var example = example
        example.rectifies = false
        let network = try Network(example) { stream, count in
            Noise(stream: stream).uniforms(count, in: -1...1).map(rounded)
        } kernel: { count in
            Noise(stream: 3).uniforms(count, in: -0.1...0.1).map(rounded)
        }
        let unit = 1.0 / 256
        #expect(relativeError(network.output, network.expectedOutput) < 1.25 * 1.1 * unit)
        #expect(relativeError(network.kernelGradient, network.expectedKernelGradient) < 1.25 * 1.2 * unit)
        // The first gradient sums products with the input's gradient, whose relative error is that of an
        // output.
        #expect(relativeError(network.firstGradient, network.expectedFirstGradient) < 1.25 * 1.2 * unit)
        let ran = network.algorithms.filter { $0.layer == "conv2d_1" }.map(\.algorithm)
        #expect(ran == [winograd, winograd, winograd])
    }

    @Test func winogradIsUsedOnlyForSuitableConvolutions() throws {
        func algorithms(_ layer: Conv2D, channels: Int = 32, allowed: Bool = true) throws -> Set<String> {
            let model = try Sequential(input: [6, 6, channels], precision: .bfloat16, threads: 1) {
                Conv2D(channels, kernelSize: 1)
                layer
            }
            model.allowsWinograd = allowed
            _ = try model.output(of: .noise([6, 6, channels]), training: true)
            return Set(model.engineDescription.algorithms.filter { $0.layer == "conv2d_1" }.map(\.algorithm))
        }
        #expect(try algorithms(Conv2D(64, kernelSize: 3, padding: .same)) == [winograd])
        for other in [
            try algorithms(Conv2D(64, kernelSize: 3, padding: .same), allowed: false),
            try algorithms(Conv2D(64, kernelSize: 3, padding: .same), channels: 16),
            try algorithms(Conv2D(48, kernelSize: 3, padding: .same)),
            try algorithms(Conv2D(64, kernelSize: 3)),
            try algorithms(Conv2D(64, kernelSize: 3, strides: 2, padding: .same)),
            try algorithms(Conv2D(64, kernelSize: 5, padding: .same)),
        ] {
            #expect(!other.isEmpty && !other.contains(winograd))
        }
    }

    /// A NaN must reach the loss, which stops the training.
    @Test func aReLUPropagatesNaN() throws {
        let model = try Sequential(input: [4, 4, 32], precision: .bfloat16) {
            Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
        }
        let image = try ImageDataset(
            floats: Array(repeating: .nan, count: 4 * 4 * 32), labels: Labels([0]), imageShape: [4, 4, 32],
            classNames: ["any"])
        #expect(try model.output(of: image, training: false).allSatisfy(\.isNaN))
    }
}

private let winograd = "winograd_2x3:avx512_core_bf16"

extension ImageDataset {
    fileprivate static func noise(_ shape: [Int]) throws -> ImageDataset {
        try ImageDataset(
            floats: Noise(stream: 1).uniforms(shape.reduce(1, *), in: -1...1), labels: Labels([0]),
            imageShape: shape, classNames: ["any"])
    }
}

/// The nearest bfloat16 number.
private func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
}

private func rounded(_ value: Double) -> Float { rounded(Float(value)) }

/// The results of the engine and of plain sums, for an image and a gradient of the output. The network is a
/// 1×1 convolution that is the identity, followed by the 3×3 convolution under test.
private struct Network {
    let output, kernelGradient, biasGradient, firstGradient: [Double]
    let expectedOutput, expectedKernelGradient, expectedBiasGradient, expectedFirstGradient: [Double]
    let algorithms: [ChosenAlgorithm]

    init(
        _ example: WinogradTests.Case, values: (_ stream: Int, _ count: Int) -> [Float],
        kernel: (_ count: Int) -> [Float]
    ) throws {
        let (inputs, outputs) = (example.inputs, example.outputs)
        let positions = example.images * example.height * example.width
        let (image, gradient) = (values(1, positions * inputs), values(2, positions * outputs))
        let (kernel, bias) = (kernel(9 * inputs * outputs), values(4, outputs))

        let model = try Sequential(
            input: [example.height, example.width, inputs], precision: .bfloat16, threads: example.threads
        ) {
            Conv2D(inputs, kernelSize: 1)
            Conv2D(outputs, kernelSize: 3, padding: .same, activation: example.rectifies ? .relu : .linear)
        }
        let identity = (0..<inputs * inputs).map { Float($0 / inputs == $0 % inputs ? 1 : 0) }
        try model.setWeights(
            zip(try model.weights(), [identity, [Float](repeating: 0, count: inputs), kernel, bias]).map {
                NamedTensor(name: $0.name, shape: $0.shape, values: $1)
            })
        let dataset = try ImageDataset(
            floats: image, labels: Labels(Array(repeating: 0, count: example.images)),
            imageShape: [example.height, example.width, inputs], classNames: ["any"])
        output = try model.output(of: dataset, training: true).map(Double.init)
        let gradients = try model.gradients(of: dataset, outputGradient: gradient)
        firstGradient = gradients[0].values.map(Double.init)
        kernelGradient = gradients[2].values.map(Double.init)
        biasGradient = gradients[3].values.map(Double.init)
        algorithms = model.engineDescription.algorithms

        var sums = (0..<positions).flatMap { _ in bias.map(Double.init) }
        Network.visit(example) { source, target, tap in
            for input in 0..<inputs {
                let value = Double(image[source * inputs + input])
                for output in 0..<outputs {
                    let at = (tap * inputs + input) * outputs + output
                    sums[target * outputs + output] += value * Double(kernel[at])
                }
            }
        }
        if example.rectifies { sums = sums.map { max($0, 0) } }
        let passed = zip(gradient, sums).map { example.rectifies && $1 == 0 ? 0 : Double($0) }
        var ofKernel = [Double](repeating: 0, count: kernel.count)
        var ofImage = [Double](repeating: 0, count: image.count)
        Network.visit(example) { source, target, tap in
            for input in 0..<inputs {
                let value = Double(image[source * inputs + input])
                var sum = 0.0
                for output in 0..<outputs {
                    let at = (tap * inputs + input) * outputs + output
                    let slope = passed[target * outputs + output]
                    ofKernel[at] += value * slope
                    sum += Double(kernel[at]) * slope
                }
                ofImage[source * inputs + input] += sum
            }
        }
        expectedOutput = sums
        expectedKernelGradient = ofKernel
        expectedBiasGradient = (0..<outputs).map { output in
            (0..<positions).reduce(0) { $0 + passed[$1 * outputs + output] }
        }
        var first = [Double](repeating: 0, count: inputs * inputs)
        for position in 0..<positions {
            for from in 0..<inputs {
                let value = Double(image[position * inputs + from])
                for to in 0..<inputs {
                    first[from * inputs + to] += value * Double(rounded(ofImage[position * inputs + to]))
                }
            }
        }
        expectedFirstGradient = first
    }

    /// Calls `body` for each pair of an input and an output position that a tap of the kernel connects.
    private static func visit(
        _ example: WinogradTests.Case, _ body: (_ source: Int, _ target: Int, _ tap: Int) -> Void
    ) {
        for target in 0..<example.images * example.height * example.width {
            let row = target / example.width % example.height, column = target % example.width
            for tap in 0..<9 {
                let (down, right) = (tap / 3 - 1, tap % 3 - 1)
                guard (0..<example.height).contains(row + down), (0..<example.width).contains(column + right)
                else { continue }
                body(target + down * example.width + right, target, tap)
            }
        }
    }
}
