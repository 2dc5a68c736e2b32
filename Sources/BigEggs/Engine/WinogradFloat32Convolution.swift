import CKernels
import Glibc

/// A 3×3 convolution in float32 by Winograd's algorithm F(4×4, 3×3): four times fewer multiplications than direct
/// convolution.
///
/// Every output is summed in a fixed order: its bits do not depend on the number of threads or the instruction set.
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

    /// Whether Winograd's algorithm is faster than direct convolution: for 3×3 with stride 1, images in
    /// blocks of channels, at least 16 input and 16 output channels, and output images that fill at least
    /// half of their tiles of 4×4 pixels.
    ///
    /// Speedup over direct convolution for a step of four such layers, on an Intel processor with AVX-512: 1.2 to 1.3
    /// with 16 channels, 2.0 with 64 and 2.2 with 256 on images of 8×8; 1.3 on 6×6, 0.8 on 5×5, 1.1 on 3×3.
    static func isFor(
        kernelDims: [Int], window: Operation.Window, input: TensorLayout, output: TensorLayout
    ) -> Bool {
        let tiles = output.dims[2...].map { ($0 + 3) / 4 }.reduce(1, *)
        return canBeOwn(kernelDims: kernelDims, window: window, input: input, output: output)
            && output.dims[2...].reduce(1, *) >= 8 * tiles
    }

    /// Whether the engine's own float32 kernels support a convolution: 3×3 with stride 1, images in blocks of
    /// channels, and at least 16 input and 16 output channels.
    static func canBeOwn(
        kernelDims: [Int], window: Operation.Window, input: TensorLayout, output: TensorLayout
    ) -> Bool {
        DNNL.instructionSet >= .avx2 && kernelDims[2...] == [3, 3] && window.strides == [1, 1]
            && kernelDims[0] >= 16 && kernelDims[1] >= 16
            && input == .images(input.dims, .float32) && output == .images(output.dims, .float32)
    }

    /// - Parameters:
    ///   - shape: the shape of the input and output images.
    ///   - kernel: the place of the kernel's 36 matrices.
    ///   - bias: the place of the bias, one number per output channel.
    ///   - pooling: whether the output is pooled, or the input is the gradient of a pooled output.
    ///   - places: the place of the pooling indices, 0 to 3: which of the four pixels each pooled value is.
    ///   - threads: the maximum number of threads that run the pass.
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
        // The tiles are divided among the threads in whole groups, because the innermost loop handles a group
        // at once.
        let tiles = withUnsafePointer(to: shape, be_winograd_float32_tiles)
        let group = Int(BE_WINOGRAD_FLOAT32_GROUP)
        Threads.parallel(over: (tiles + group - 1) / group, rangesPerThread: 4) { groups, thread in
            withUnsafePointer(to: convolution) { convolution in
                be_winograd_float32_convolve(
                    instructionSet, convolution, scratchpad + thread * bytesPerThread,
                    groups.lowerBound * group, min(groups.upperBound * group, tiles))
            }
        }
    }
}

extension be_winograd_float32_shape {
    /// The size of a core's second-level cache; 1 MB if the system does not report it.
    private static let cacheBytes: Int = {
        let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
        return bytes > 0 ? bytes : 1 << 20
    }()

    /// The shape of the convolution from `source` to `destination`, with `zeros` above and to the left of `source`.
    init(source: TensorLayout, destination: TensorLayout, zeros: [Int]) {
        self.init(
            images: source.dims[0], height: source.dims[2], width: source.dims[3], top: zeros[0],
            left: zeros[1], output_height: destination.dims[2], output_width: destination.dims[3],
            inputs: source.dims[1], outputs: destination.dims[1], block: source.blockSize(of: 1),
            cache_bytes: Self.cacheBytes)
    }
}

extension InstructionSet {
    /// The display name of the float32 Winograd passes.
    var winogradFloat32: String { self >= .avx512 ? "winograd_4x3:avx512_core" : "winograd_4x3:avx2" }
}
