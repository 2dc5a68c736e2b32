import CWinograd

/// The gradients of kernel and bias of a convolution that runs as ``WinogradConvolution``.
///
/// It multiplies the same sixteen elements of a tile: the input's with the output gradient's, summed over
/// all tiles in float32 and turned into the nine of the kernel once. What is multiplied is rounded to
/// bfloat16 after additions in float32.
///
/// Threads share the tiles, so the sums depend on their number, and on nothing else.
final class WinogradGradient: Pass {
    private let input: Place
    private let outputGradient: Place
    private let kernelGradient: Place
    private let biasGradient: Place
    private let threads: Int
    private var shape: be_winograd_shape
    private var scratchpad = Place.workspace(0)
    private var addresses: Addresses?

    private struct Addresses {
        let input, outputGradient, scratch: UnsafeMutableRawPointer
        let kernelGradient, biasGradient, sums, biasSums: UnsafeMutablePointer<Float>
    }

    private let bytesPerThread: Int
    /// How many sums there are of one kernel's gradient.
    private let sums: Int

    /// Each thread has sums of its own, 64 bytes for a pair of channels: with 256 channels on both sides, 4 MB.
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
        biasGradient: Place, threads: Int
    ) {
        self.input = input
        self.outputGradient = outputGradient
        self.kernelGradient = kernelGradient
        self.biasGradient = biasGradient
        self.threads = threads
        shape = be_winograd_shape(
            images: dims[0], height: dims[2], width: dims[3], inputs: dims[1], outputs: outputs)
        let bytes: Int = be_winograd_gradient_scratch_bytes(&shape)
        bytesPerThread = (bytes + 4095) / 4096 * 4096
        sums = 16 * dims[1] * outputs
    }

    let implementation = "winograd_2x3:avx512_core_bf16"

    var scratchpadBytes: Int { threads * (bytesPerThread + (sums + shape.outputs) * 4) }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        func floats(_ place: Place) -> UnsafeMutablePointer<Float> {
            address(place).assumingMemoryBound(to: Float.self)
        }
        let scratch = address(scratchpad)
        let sums = (scratch + threads * bytesPerThread).assumingMemoryBound(to: Float.self)
        addresses = Addresses(
            input: address(input), outputGradient: address(outputGradient), scratch: scratch,
            kernelGradient: floats(kernelGradient), biasGradient: floats(biasGradient), sums: sums,
            biasSums: sums + threads * self.sums)
    }

    func execute() {
        guard let addresses else { return }
        let (sums, outputs, bytesPerThread) = (self.sums, shape.outputs, self.bytesPerThread)
        withUnsafePointer(to: shape) { shape in
            let pairs = be_winograd_tile_pairs(shape)
            var running = 1
            Threads.parallel { thread, threads in
                if thread == 0 { running = threads }
                be_winograd_sum_gradient(
                    shape, addresses.input, addresses.outputGradient, addresses.sums + thread * sums,
                    addresses.biasSums + thread * outputs, addresses.scratch + thread * bytesPerThread,
                    pairs * thread / threads, pairs * (thread + 1) / threads)
            }
            Threads.parallel(over: sums / 16 / 256) { blocks, _ in
                be_winograd_finish_gradient(
                    shape, addresses.sums, running, sums, addresses.kernelGradient, blocks.lowerBound,
                    blocks.upperBound)
            }
            for output in 0..<outputs {
                addresses.biasGradient[output] = (0..<running).reduce(0) {
                    $0 + addresses.biasSums[$1 * outputs + output]
                }
            }
        }
    }
}
