import CKernels

/// The gradients of kernel and bias of a convolution that runs as ``WinogradFloat32Convolution``.
///
/// Input tiles and tiles of the output gradient are transformed to 36 elements each. Then they are multiplied element
/// by element, and the products are summed over all tiles. The sums are transformed into the kernel's nine elements
/// once.
///
/// The sums are divided into parts, which are ranges of the batch's images. The number of parts does not
/// depend on the number of threads. Each thread computes some parts, or some output channels of a part.
final class WinogradFloat32Gradient: Pass {
    private let input: Place
    private let outputGradient: Place
    private let places: Place?
    private let kernelGradient: Place
    private let biasGradient: Place?
    private let instructionSet = DNNL.instructionSet.ofKernels
    private let shape: be_winograd_float32_shape
    private var scratchpad = Place.scratchpad
    private var bound: Bound?

    private struct Bound {
        let gradient: be_winograd_float32_gradient
        let biasGradient: UnsafeMutablePointer<Float>?
        let scratchpad: UnsafeMutableRawPointer
    }

    private let scratch: ThreadScratch
    private let parts: Int
    /// The number of sums of one part.
    private let sums: Int
    /// The number of groups of 16 output channels. The last group is padded.
    private let sixteens: Int
    /// The number of groups that a thread handles at once.
    private let sixteensAtOnce: Int

    /// Whether the sums take at most 38 MB; otherwise oneDNN's gradient is used.
    ///
    /// The sums take 144 bytes for each pair of an input and an output channel: 38 MB for 512 by 512 channels.
    static func isFor(kernelDims: [Int]) -> Bool { kernelDims[0] * kernelDims[1] <= 512 * 512 }

    /// - Parameters:
    ///   - shape: the shape of the convolution.
    ///   - places: if the output was pooled, the place of the pooling indices of
    ///     ``WinogradFloat32Convolution``.
    ///   - kernelGradient: the place of the kernel's gradient, in blocks of inputs by outputs.
    ///   - threads: the maximum number of threads that run the pass.
    init(
        _ shape: be_winograd_float32_shape, input: Place, outputGradient: Place, places: Place? = nil,
        kernelGradient: Place, biasGradient: Place?, threads: Int
    ) {
        self.input = input
        self.outputGradient = outputGradient
        self.places = places
        self.kernelGradient = kernelGradient
        self.biasGradient = biasGradient
        var shape = shape
        scratch = ThreadScratch(
            bytes: be_winograd_float32_gradient_scratch_bytes(&shape), threads: threads)
        parts = be_winograd_float32_parts(&shape)
        sums = be_winograd_float32_sums(&shape)
        sixteens = (shape.outputs + 15) / 16
        let shared = (sixteens * parts + threads - 1) / threads
        sixteensAtOnce = max(1, min(be_winograd_float32_outputs_at_once(&shape) / 16, shared))
        self.shape = shape
    }

    var implementation: String { DNNL.instructionSet.winogradFloat32 }

    var scratchpadBytes: Int { scratch.bytes + parts * (sums + 16 * sixteens) * 4 }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        let scratchpad = address(self.scratchpad)
        let sums = (scratchpad + scratch.bytes).floats
        bound = Bound(
            gradient: be_winograd_float32_gradient(
                shape: shape, input: address(input).floats, output_gradient: address(outputGradient).floats,
                places: places.map { UnsafePointer(address($0).assumingMemoryBound(to: UInt8.self)) },
                sums: sums, bias_sums: sums + parts * self.sums,
                kernel_gradient: address(kernelGradient).floats),
            biasGradient: biasGradient.map { address($0).floats }, scratchpad: scratchpad)
    }

    func execute() {
        guard let bound else { return }
        let (instructionSet, bytesPerThread) = (self.instructionSet, scratch.bytesPerThread)
        let (parts, sixteens, atOnce) = (self.parts, self.sixteens, sixteensAtOnce)
        let groups = (sixteens + atOnce - 1) / atOnce
        withUnsafePointer(to: bound.gradient) { gradient in
            Threads.parallel(over: parts * groups) { pieces, thread in
                for piece in pieces {
                    let first = piece % groups * atOnce
                    be_winograd_float32_sum_gradient(
                        instructionSet, gradient, bound.scratchpad + thread * bytesPerThread,
                        piece / groups, first, min(first + atOnce, sixteens))
                }
            }
            Threads.parallel(over: sums / 36 / 256) { squares, _ in
                be_winograd_float32_finish_gradient(
                    instructionSet, gradient, squares.lowerBound, squares.upperBound)
            }
        }
        guard let biasGradient = bound.biasGradient else { return }
        for output in 0..<shape.outputs {
            biasGradient[output] = (0..<parts).reduce(0) {
                $0 + bound.gradient.bias_sums[$1 * 16 * sixteens + output]
            }
        }
    }
}
