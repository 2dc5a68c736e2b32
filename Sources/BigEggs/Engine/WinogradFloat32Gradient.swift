import CKernels

/// The gradients of kernel and bias of a convolution that runs as ``WinogradFloat32Convolution``.
///
/// It multiplies the same 36 elements of a tile, the input's with the output gradient's, sums them up over all
/// tiles and turns the sums into the nine of the kernel once. Sums are made in parts, runs of the batch's images,
/// of which there are as many for any number of threads; threads share parts and output channels.
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
    /// How many sums of a kernel's gradient a part has.
    private let sums: Int
    /// Output channels in sixteens, the last filled up.
    private let sixteens: Int
    /// Sixteens that a thread takes at a time.
    private let sixteensAtOnce: Int

    /// The sums take 144 bytes for a pair of channels: with 512 on both sides 38 MB. Above that they are oneDNN's.
    static func isFor(kernelDims: [Int]) -> Bool { kernelDims[0] * kernelDims[1] <= 512 * 512 }

    /// - Parameters:
    ///   - shape: of the convolution.
    ///   - places: if the output was pooled, which of four each of its numbers is.
    ///   - kernelGradient: in blocks of inputs of blocks of outputs.
    ///   - threads: as many as will run it at most.
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
