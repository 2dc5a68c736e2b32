import CKernels

/// The gradients of kernel and bias of a layer that runs as ``TileConvolution``.
///
/// The products of tiles sum over 32 images at one position. A part sums over consecutive groups of images. The number
/// of parts does not depend on the number of threads; if there are more threads than parts, they divide the output
/// channels.
final class TileGradient: Pass {
    private let input: Place
    private let outputGradient: Place
    private let kernelGradient: Place
    private let biasGradient: Place?
    private var shape: be_tile_shape
    private let scratch: ThreadScratch
    private var scratchpad = Place.scratchpad
    private var bound: Bound?
    private let parts: Int
    private let pieces: [be_tile_gradient_piece]
    /// The bytes of all parts' sums; 0 if the only part's sums are the kernel's gradient.
    private let sumBytes: Int
    private let biasSumBytes: Int

    private struct Bound {
        let gradient: be_tile_gradient
        let scratchpad: UnsafeMutableRawPointer
    }

    /// - Parameters:
    ///   - shape: the layer's shape in the forward pass.
    ///   - input, outputGradient: images of bfloat16, channels last.
    ///   - kernelGradient: the place of the kernel's gradient, in the layout OIhw16i16o.
    ///   - threads: the maximum number of threads that run the pass.
    init(
        _ shape: be_tile_shape, input: Place, outputGradient: Place, kernelGradient: Place,
        biasGradient: Place?, threads: Int
    ) {
        (self.input, self.outputGradient) = (input, outputGradient)
        (self.kernelGradient, self.biasGradient) = (kernelGradient, biasGradient)
        self.shape = shape
        let bytes = be_tile_gradient_sums(&self.shape) * 4
        let isProduct = be_tile_gradient_is_product(&self.shape)
        // More parts let more threads work, but adding up large sums of more parts takes longer.
        let parts = isProduct ? 1 : min(shape.groups, bytes <= 1 << 18 ? 16 : 4)
        self.parts = parts
        let isDirect = parts == 1 && be_tile_gradient_is_direct(&self.shape)
        sumBytes = isDirect ? 0 : parts * bytes
        biasSumBytes = parts * ((shape.outputs + 15) / 16) * 64
        let groups = (0..<shape.groups).divided(into: parts)
        scratch = ThreadScratch(
            bytes: be_tile_gradient_scratch_bytes(&self.shape, groups.map(\.count).max() ?? 1),
            threads: threads)
        let blocks = (shape.outputs + 15) / 16
        let pairs = (0..<(blocks + 1) / 2).divided(
            into: min((blocks + 1) / 2, (2 * threads + parts - 1) / parts))
        pieces = groups.enumerated().flatMap { part, groups in
            pairs.map {
                be_tile_gradient_piece(
                    part: part, first_group: groups.lowerBound, last_group: groups.upperBound,
                    first_block: 2 * $0.lowerBound, last_block: min(2 * $0.upperBound, blocks))
            }
        }
    }

    let implementation = "tiles:avx512_core_amx"

    var scratchpadBytes: Int { scratch.bytes + sumBytes + biasSumBytes }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        let scratchpad = address(self.scratchpad)
        let sums = scratchpad + scratch.bytes
        let kernel = address(kernelGradient).floats
        bound = Bound(
            gradient: be_tile_gradient(
                shape: shape, input: address(input), output_gradient: address(outputGradient),
                sums: sumBytes == 0 ? kernel : sums.floats, bias_sums: (sums + sumBytes).floats,
                kernel_gradient: kernel, bias_gradient: biasGradient.map { address($0).floats }),
            scratchpad: scratchpad)
    }

    func execute() {
        guard let bound else { return }
        let set = DNNL.instructionSet.ofKernels
        let bytesPerThread = scratch.bytesPerThread
        let (pieces, parts) = (self.pieces, self.parts)
        withUnsafePointer(to: bound.gradient) { gradient in
            Threads.parallel(over: pieces.count) { range, thread in
                pieces.withUnsafeBufferPointer { pieces in
                    guard let first = pieces.baseAddress else { return }
                    for number in range {
                        be_tile_sum_gradient(
                            set, gradient, bound.scratchpad + thread * bytesPerThread, first + number)
                    }
                }
            }
            Threads.parallel(over: (shape.outputs + 15) / 16) { blocks, _ in
                be_tile_finish_gradient(set, gradient, parts, blocks.lowerBound, blocks.upperBound)
            }
        }
    }
}
