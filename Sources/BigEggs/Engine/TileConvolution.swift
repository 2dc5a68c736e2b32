import CKernels

/// A convolution or a matrix product in bfloat16 with AMX's matrix tiles, or the gradient of its input.
///
/// A group of 32 images is computed at once: at each position, the rows of two tiles are the images, and the window's
/// pixels are whole tiles. So images of any size fill the tiles, and zeros around an image cost no products.
///
/// Every output is summed in a fixed order, whatever the number of threads.
final class TileConvolution: Pass {
    private let source: Place
    private let target: Place
    private let kernel: Place
    private let bias: Place?
    private let scratch: ThreadScratch
    private var scratchpad = Place.scratchpad
    private var shape: be_tile_shape
    private let isTurned: Bool
    private let rectifies: Bool
    private let precision: Precision
    private var bound: (convolution: be_tile_convolution, scratchpad: UnsafeMutableRawPointer)?
    private let pieces: [be_tile_piece]

    /// Whether the engine's kernels for AMX compute a layer: every convolution without groups and every matrix product
    /// in bfloat16, if the processor has AMX.
    static func isFor(kernelDims: [Int], precision: Precision) -> Bool {
        precision == .bfloat16 && DNNL.instructionSet >= .amx && kernelDims.count != 5
    }

    /// - Parameters:
    ///   - shape: the layer's shape in the forward pass.
    ///   - isTurned: whether to compute the gradient of the input.
    ///   - source: images of bfloat16, channels last.
    ///   - kernel: the place of the ``TileKernel``.
    ///   - target: images of `precision`, channels last.
    ///   - threads: the maximum number of threads that run the pass.
    init(
        _ shape: be_tile_shape, isTurned: Bool, source: Place, kernel: Place, bias: Place?, rectifies: Bool,
        target: Place, precision: Precision, threads: Int
    ) {
        (self.source, self.kernel, self.bias, self.target) = (source, kernel, bias, target)
        (self.isTurned, self.rectifies, self.precision) = (isTurned, rectifies, precision)
        self.shape = shape
        scratch = ThreadScratch(
            bytes: be_tile_convolution_scratch_bytes(&self.shape, isTurned), threads: threads)
        pieces = TileConvolution.pieces(
            groups: shape.groups, rows: isTurned ? shape.height : shape.output_height,
            channels: isTurned ? shape.inputs : shape.outputs, threads: threads)
    }

    /// Divides the target: into groups of images, and if these are fewer than four for each thread, further into rows
    /// or channels. The division changes no sums.
    private static func pieces(groups: Int, rows: Int, channels: Int, threads: Int) -> [be_tile_piece] {
        let most = (4 * threads + groups - 1) / groups
        let pairs = (0..<(channels + 31) / 32).divided(into: rows > 1 ? 1 : min((channels + 31) / 32, most))
        let bands = (0..<rows).divided(into: min(rows, most))
        return (0..<groups).flatMap { group in
            bands.flatMap { rows in
                pairs.map {
                    be_tile_piece(
                        group: group, first_row: rows.lowerBound, last_row: rows.upperBound,
                        first_channel: $0.lowerBound * 32, last_channel: min($0.upperBound * 32, channels))
                }
            }
        }
    }

    let implementation = "tiles:avx512_core_amx"

    var scratchpadBytes: Int { scratch.bytes }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        let convolution = be_tile_convolution(
            shape: shape, is_turned: isTurned, source: address(source), tiles: address(kernel),
            bias: bias.map { UnsafePointer(address($0).floats) }, rectifies: rectifies,
            is_float32: precision == .float32, target: address(target))
        bound = (convolution, address(scratchpad))
    }

    func execute() {
        guard let (convolution, scratchpad) = bound else { return }
        let set = DNNL.instructionSet.ofKernels
        let bytesPerThread = scratch.bytesPerThread
        let pieces = self.pieces
        Threads.parallel(over: pieces.count) { range, thread in
            withUnsafePointer(to: convolution) { convolution in
                pieces.withUnsafeBufferPointer { pieces in
                    guard let first = pieces.baseAddress else { return }
                    for number in range {
                        be_tile_convolve(
                            set, convolution, scratchpad + thread * bytesPerThread, first + number)
                    }
                }
            }
        }
    }
}

extension be_tile_shape {
    /// - Parameters:
    ///   - source, destination: the layouts of the layer's input and output, channels last, or matrices.
    ///   - window: `nil` for a matrix product.
    init(source: TensorLayout, destination: TensorLayout, window: Operation.Window?) {
        func side(_ layout: TensorLayout, _ dimension: Int) -> Int {
            layout.dims.count == 4 ? layout.dims[dimension] : 1
        }
        self.init(
            images: source.dims[0], height: side(source, 2), width: side(source, 3), inputs: source.dims[1],
            output_height: side(destination, 2), output_width: side(destination, 3),
            outputs: destination.dims[1], rows: window?.size[0] ?? 1, columns: window?.size[1] ?? 1,
            row_stride: window?.strides[0] ?? 1, column_stride: window?.strides[1] ?? 1,
            zeros_above: window?.paddingBefore[0] ?? 0, zeros_left: window?.paddingBefore[1] ?? 0)
    }

    /// The number of groups of images that are computed at once.
    var groups: Int { (images + Int(BE_TILE_GROUP) - 1) / Int(BE_TILE_GROUP) }
}
