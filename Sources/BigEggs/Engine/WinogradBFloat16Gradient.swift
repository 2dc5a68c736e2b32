import CKernels

/// The gradients of kernel and bias of a convolution that runs as ``WinogradBFloat16Convolution``.
///
/// It multiplies the same sixteen elements of a tile: the input's with the output gradient's, summed over
/// all tiles in float32 and turned into the nine of the kernel once. What is multiplied is rounded to
/// bfloat16 after additions in float32.
///
/// Sums are made in parts, runs of tiles, of which there are as many for any number of threads.
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
    /// How many sums there are of one kernel's gradient.
    private let sums: Int

    /// Each part has sums of its own, 64 bytes for a pair of channels: with 256 channels on both sides, 4 MB.
    /// Many more would leave the caches, and are oneDNN's.
    static func isFor(kernelDims: [Int]) -> Bool { kernelDims[0] * kernelDims[1] <= 256 * 256 }

    /// - Parameters:
    ///   - dims: `[batch, channels, height, width]` of the input.
    ///   - outputs: channels of the output, of the same height and width.
    ///   - input, outputGradient: images of bfloat16 in oneDNN's layout nChw16c.
    ///   - kernelGradient: in the layout OIhw16i16o.
    ///   - threads: as many as will run it at most.
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
        // More would let more threads work; of large sums there would be more to add up in the end.
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
