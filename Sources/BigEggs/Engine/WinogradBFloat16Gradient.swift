import CKernels

/// The gradients of kernel and bias of a convolution that runs as ``WinogradBFloat16Convolution``.
///
/// Input tiles and tiles of the output gradient are transformed to sixteen elements each, by additions in float32, and
/// rounded to bfloat16. Then they are multiplied element by element, and the products are summed over all tiles in
/// float32. The sums are transformed into the kernel's nine elements once.
///
/// The sums are divided into parts, which are ranges of tiles. The number of parts does not depend on the number of
/// threads.
final class WinogradBFloat16Gradient: Pass {
    private let input: Place
    private let outputGradient: Place
    private let kernelGradient: Place
    private let biasGradient: Place?
    private let instructionSet = DNNL.instructionSet.ofKernels
    private var shape: be_winograd_bfloat16_shape
    private var scratchpad = Place.scratchpad
    private var bound: Bound?

    private struct Bound {
        let gradient: be_winograd_bfloat16_gradient
        let biasGradient: UnsafeMutablePointer<Float>?
        let scratchpad: UnsafeMutableRawPointer
    }

    private let scratch: ThreadScratch
    private let parts: Int
    /// The number of sums of one part.
    private let sums: Int

    /// Whether the sums fit into the caches; otherwise oneDNN's gradient is used.
    ///
    /// Each part has its own sums, 64 bytes for each pair of an input and an output channel: 4 MB for 256 by 256
    /// channels.
    static func isFor(kernelDims: [Int]) -> Bool { kernelDims[0] * kernelDims[1] <= 256 * 256 }

    /// - Parameters:
    ///   - dims: `[batch, channels, height, width]` of the input.
    ///   - outputs: the number of output channels. The output has the height and width of the input.
    ///   - input, outputGradient: images of bfloat16 in oneDNN's layout nChw16c.
    ///   - kernelGradient: the place of the kernel's gradient, in the layout OIhw16i16o.
    ///   - threads: the maximum number of threads that run the pass.
    init(
        dims: [Int], outputs: Int, input: Place, outputGradient: Place, kernelGradient: Place,
        biasGradient: Place?, threads: Int
    ) {
        self.input = input
        self.outputGradient = outputGradient
        self.kernelGradient = kernelGradient
        self.biasGradient = biasGradient
        shape = be_winograd_bfloat16_shape(
            images: dims[0], height: dims[2], width: dims[3], inputs: dims[1], outputs: outputs)
        scratch = ThreadScratch(
            bytes: be_winograd_bfloat16_gradient_scratch_bytes(&shape), threads: threads)
        sums = 16 * dims[1] * outputs
        // More parts let more threads work, but adding up large sums of more parts takes longer.
        parts = sums * 4 <= 1 << 18 ? 16 : 8
    }

    let implementation = "winograd_2x3:avx512_core_bf16"

    var scratchpadBytes: Int { scratch.bytes + parts * (sums + shape.outputs) * 4 }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        let scratchpad = address(self.scratchpad)
        let sums = (scratchpad + scratch.bytes).floats
        bound = Bound(
            gradient: be_winograd_bfloat16_gradient(
                shape: shape, input: address(input), output_gradient: address(outputGradient), sums: sums,
                bias_sums: sums + parts * self.sums, kernel_gradient: address(kernelGradient).floats),
            biasGradient: biasGradient.map { address($0).floats }, scratchpad: scratchpad)
    }

    func execute() {
        guard let bound else { return }
        let (sums, outputs, bytesPerThread) = (self.sums, shape.outputs, scratch.bytesPerThread)
        let parts = self.parts
        let instructionSet = self.instructionSet
        let pairs = be_winograd_bfloat16_tile_pairs(&shape)
        withUnsafePointer(to: bound.gradient) { gradient in
            Threads.parallel(over: parts) { range, thread in
                for part in range {
                    be_winograd_bfloat16_sum_gradient(
                        instructionSet, gradient, part, bound.scratchpad + thread * bytesPerThread,
                        pairs * part / parts, pairs * (part + 1) / parts)
                }
            }
            Threads.parallel(over: sums / 16 / 256) { blocks, _ in
                be_winograd_bfloat16_finish_gradient(
                    instructionSet, gradient, parts, blocks.lowerBound, blocks.upperBound)
            }
            guard let biasGradient = bound.biasGradient else { return }
            for output in 0..<outputs {
                biasGradient[output] = (0..<parts).reduce(0) {
                    $0 + bound.gradient.bias_sums[$1 * outputs + output]
                }
            }
        }
    }
}
