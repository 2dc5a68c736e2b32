import CKernels

/// A 3×3 convolution in bfloat16 by Winograd's algorithm F(2×2, 3×3): 2.25 times fewer multiplications
/// than direct convolution.
///
/// Four outputs take sixteen products instead of 36, at the price of additions before and after. Input and
/// kernel are transformed in float32 and rounded to bfloat16 once. Products are summed in float32, and only
/// the output is rounded again. F(4×4, 3×3) would nearly halve the products, but it scales terms by up to 8
/// before they cancel, too much for the 8 bits of bfloat16.
///
/// Every output is summed in a fixed order, whatever the number of threads.
/// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016.
final class WinogradBFloat16Convolution: Pass {
    private let input: Place
    private let output: Place
    private let kernel: Place
    private let bias: Place?
    private let rectifies: Bool
    private let instructionSet = DNNL.instructionSet.ofKernels
    private let shape: be_winograd_bfloat16_shape
    private let scratch: ThreadScratch
    private var scratchpad = Place.scratchpad
    private var bound: (convolution: be_winograd_bfloat16_convolution, scratchpad: UnsafeMutableRawPointer)?

    /// Whether Winograd's algorithm is faster for a convolution: bfloat16, 3×3 with stride 1 and same
    /// padding, and numbers of input and output channels that are multiples of 32.
    ///
    /// The processor must have dot products of bfloat16 pairs but not AMX: with AMX, a ``TileConvolution`` is
    /// faster.
    static func isFor(
        kernelDims: [Int], window: Operation.Window, input: TensorLayout, output: TensorLayout
    ) -> Bool {
        (.avx512BF16 ..< .amx).contains(DNNL.instructionSet)
            && kernelDims[2...] == [3, 3] && window.strides == [1, 1]
            && window.paddingBefore == [1, 1] && window.paddingAfter == [1, 1]
            && kernelDims[0] % 32 == 0 && kernelDims[1] % 32 == 0
            && input == .channelBlocks(16, input.dims, .bfloat16)
            && output == .channelBlocks(16, output.dims, .bfloat16)
    }

    /// - Parameters:
    ///   - dims: `[batch, channels, height, width]` of the input.
    ///   - input, output: images of bfloat16 in oneDNN's layout nChw16c.
    ///   - kernel: the place of the transformed kernel.
    ///   - threads: the maximum number of threads that run the pass.
    init(
        _ transformed: WinogradKernel, dims: [Int], input: Place, kernel: Place, bias: Place?,
        rectifies: Bool, output: Place, threads: Int
    ) {
        self.input = input
        self.output = output
        self.kernel = kernel
        self.bias = bias
        self.rectifies = rectifies
        var shape = be_winograd_bfloat16_shape(
            images: dims[0], height: dims[2], width: dims[3], inputs: transformed.inputs,
            outputs: transformed.outputs)
        scratch = ThreadScratch(bytes: be_winograd_bfloat16_scratch_bytes(&shape), threads: threads)
        self.shape = shape
    }

    let implementation = "winograd_2x3:avx512_core_bf16"

    var scratchpadBytes: Int { scratch.bytes }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        let convolution = be_winograd_bfloat16_convolution(
            shape: shape, input: address(input), matrices: address(kernel),
            bias: bias.map { UnsafePointer(address($0).floats) }, rectifies: rectifies,
            output: address(output))
        bound = (convolution, address(scratchpad))
    }

    func execute() {
        guard let (convolution, scratchpad) = bound else { return }
        let (shape, instructionSet) = (self.shape, self.instructionSet)
        let bytesPerThread = scratch.bytesPerThread
        // The tiles of 2×2 outputs are divided among the threads in whole groups, because the innermost loop
        // handles a group at once.
        let tiles = shape.images * ((shape.height + 1) / 2) * ((shape.width + 1) / 2)
        let group = Int(BE_WINOGRAD_BFLOAT16_GROUP)
        Threads.parallel(over: (tiles + group - 1) / group, rangesPerThread: 4) { groups, thread in
            withUnsafePointer(to: convolution) { convolution in
                be_winograd_bfloat16_convolve(
                    instructionSet, convolution, scratchpad + thread * bytesPerThread,
                    groups.lowerBound * group, min(groups.upperBound * group, tiles))
            }
        }
    }
}
