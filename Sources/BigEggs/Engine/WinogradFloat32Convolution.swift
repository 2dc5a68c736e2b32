import CKernels
import Glibc

/// A 3×3 convolution in float32 by Winograd's algorithm F(4×4, 3×3): four times fewer multiplications than the
/// definition has.
///
/// Every output is one sum in one order, whatever the number of threads and the instruction set: the same bits.
/// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016.
final class WinogradFloat32Convolution: Pass {
    private let input: Place
    private let output: Place
    private let kernel: Place
    private let bias: Place?
    private let rectifies: Bool
    private let pooling: be_winograd_pooling
    private let places: Place?
    private let instructionSet = DNNL.instructionSet.ofKernels
    private let shape: be_winograd_float32_shape
    private let scratch: ThreadScratch
    private var scratchpad = Place.scratchpad
    private var bound: (convolution: be_winograd_float32_convolution, scratchpad: UnsafeMutableRawPointer)?

    /// Whether a convolution is faster this way than by the definition: 3×3 in steps of one, at least 16 channels on
    /// both sides in blocks, and at least half of the tiles' pixels in the image.
    ///
    /// Steps of four such layers on an Intel processor with AVX-512, times as fast as direct ones: 1.2 to 1.3 with 16
    /// channels, 2.0 with 64 and 2.2 with 256 on images of 8×8; 1.3 on 6×6, 0.8 on 5×5, 1.1 on 3×3.
    static func isFor(
        kernelDims: [Int], window: Operation.Window, input: TensorLayout, output: TensorLayout
    ) -> Bool {
        let tiles = output.dims[2...].map { ($0 + 3) / 4 }.reduce(1, *)
        return canBeOwn(kernelDims: kernelDims, window: window, input: input, output: output)
            && output.dims[2...].reduce(1, *) >= 8 * tiles
    }

    /// Whether a convolution is one that the engine's own kernels in float32 know: 3×3 in steps of one, with at least 16
    /// channels on both sides in blocks.
    static func canBeOwn(
        kernelDims: [Int], window: Operation.Window, input: TensorLayout, output: TensorLayout
    ) -> Bool {
        DNNL.instructionSet >= .avx2 && kernelDims[2...] == [3, 3] && window.strides == [1, 1]
            && kernelDims[0] >= 16 && kernelDims[1] >= 16
            && input == .images(input.dims, .float32) && output == .images(output.dims, .float32)
    }

    /// - Parameters:
    ///   - shape: of the images that are read and put out.
    ///   - kernel: the place of its 36 matrices.
    ///   - bias: a number for each channel of the output.
    ///   - pooling: whether what is put out, or was where the gradient comes from, is pooled.
    ///   - places: which of four each pooled number is.
    ///   - threads: as many as will run it at most.
    init(
        _ shape: be_winograd_float32_shape, input: Place, kernel: Place, bias: Place?, rectifies: Bool,
        output: Place, pooling: be_winograd_pooling = BE_WINOGRAD_WHOLE, places: Place? = nil, threads: Int
    ) {
        self.input = input
        self.output = output
        self.pooling = pooling
        self.places = places
        self.kernel = kernel
        self.bias = bias
        self.rectifies = rectifies
        var shape = shape
        scratch = ThreadScratch(bytes: be_winograd_float32_scratch_bytes(&shape), threads: threads)
        self.shape = shape
    }

    var implementation: String { DNNL.instructionSet.winogradFloat32 }

    var scratchpadBytes: Int { scratch.bytes }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        let convolution = be_winograd_float32_convolution(
            shape: shape, pooling: pooling,
            places: places.map { address($0).assumingMemoryBound(to: UInt8.self) },
            input: address(input).floats, matrices: address(kernel).floats,
            bias: bias.map { UnsafePointer(address($0).floats) }, rectifies: rectifies,
            output: address(output).floats)
        bound = (convolution, address(scratchpad))
    }

    func execute() {
        guard let (convolution, scratchpad) = bound else { return }
        let (instructionSet, bytesPerThread) = (self.instructionSet, scratch.bytesPerThread)
        // In groups of tiles that the innermost loop takes at a time.
        let tiles = withUnsafePointer(to: shape, be_winograd_float32_tiles)
        let group = Int(BE_WINOGRAD_FLOAT32_GROUP)
        Threads.parallel(over: (tiles + group - 1) / group) { groups, thread in
            withUnsafePointer(to: convolution) { convolution in
                be_winograd_float32_convolve(
                    instructionSet, convolution, scratchpad + thread * bytesPerThread,
                    groups.lowerBound * group, min(groups.upperBound * group, tiles))
            }
        }
    }
}

extension be_winograd_float32_shape {
    /// What a core's second-level cache holds; 1 MB where the system does not say.
    private static let cacheBytes: Int = {
        let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
        return bytes > 0 ? bytes : 1 << 20
    }()

    /// The convolution that reads `source` and puts out `destination`, with the window's zeros around `source`.
    init(source: TensorLayout, destination: TensorLayout, zeros: [Int]) {
        self.init(
            images: source.dims[0], height: source.dims[2], width: source.dims[3], top: zeros[0],
            left: zeros[1], output_height: destination.dims[2], output_width: destination.dims[3],
            inputs: source.dims[1], outputs: destination.dims[1], block: source.blockSize(of: 1),
            cache_bytes: Self.cacheBytes)
    }
}

extension InstructionSet {
    /// What people call the passes of Winograd's algorithm in float32.
    var winogradFloat32: String { self >= .avx512 ? "winograd_4x3:avx512_core" : "winograd_4x3:avx2" }
}
