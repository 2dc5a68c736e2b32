import CKernels

/// The gradients of kernel and bias of a convolution that runs as ``WinogradFloat32Convolution``.
///
/// It multiplies the same 36 elements of a tile, the input's with the output gradient's, sums them up over all
/// tiles and turns the sums into the nine of the kernel once. Sums are made in parts, runs of the batch's images,
/// of which there are as many for any number of threads; threads share parts and output channels.
final class WinogradFloat32Gradient: Pass {
    private let input: Place
    private let outputGradient: Place
    private let kernelGradient: Place
    private let biasGradient: Place
    private let threads: Int
    private let set: be_instruction_set
    private var shape: be_winograd_float32_shape
    private var scratchpad = Place.workspace(0)
    private var addresses: Addresses?

    private struct Addresses {
        let input, outputGradient: UnsafePointer<Float>
        let kernelGradient, biasGradient, sums, biasSums: UnsafeMutablePointer<Float>
        let scratch: UnsafeMutableRawPointer
    }

    private let bytesPerThread: Int
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
    ///   - kernelGradient: in blocks of inputs of blocks of outputs.
    ///   - threads: as many as will run it at most.
    init(
        _ shape: be_winograd_float32_shape, input: Place, outputGradient: Place, kernelGradient: Place,
        biasGradient: Place, threads: Int
    ) {
        self.shape = shape
        self.input = input
        self.outputGradient = outputGradient
        self.kernelGradient = kernelGradient
        self.biasGradient = biasGradient
        self.threads = threads
        set = DNNL.instructionSet.ofKernels
        let bytes: Int = be_winograd_float32_gradient_scratch_bytes(&self.shape)
        bytesPerThread = (bytes + 4095) / 4096 * 4096
        parts = be_winograd_float32_parts(&self.shape)
        sums = be_winograd_float32_sums(&self.shape)
        sixteens = (shape.outputs + 15) / 16
        let shared = (sixteens * parts + threads - 1) / threads
        sixteensAtOnce = max(1, min(be_winograd_float32_outputs_at_once(&self.shape) / 16, shared))
    }

    var implementation: String { DNNL.instructionSet.winogradFloat32 }

    var scratchpadBytes: Int { threads * bytesPerThread + parts * (sums + 16 * sixteens) * 4 }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        func floats(_ place: Place) -> UnsafeMutablePointer<Float> {
            address(place).assumingMemoryBound(to: Float.self)
        }
        let scratch = address(scratchpad)
        let sums = (scratch + threads * bytesPerThread).assumingMemoryBound(to: Float.self)
        addresses = Addresses(
            input: floats(input), outputGradient: floats(outputGradient),
            kernelGradient: floats(kernelGradient), biasGradient: floats(biasGradient), sums: sums,
            biasSums: sums + parts * self.sums, scratch: scratch)
    }

    func execute() {
        guard let addresses else { return }
        let (set, parts, sums, sixteens) = (self.set, self.parts, self.sums, self.sixteens)
        let (atOnce, bytesPerThread) = (sixteensAtOnce, self.bytesPerThread)
        let groups = (sixteens + atOnce - 1) / atOnce
        withUnsafePointer(to: shape) { shape in
            Threads.parallel(over: parts * groups) { pieces, thread in
                for piece in pieces {
                    let (part, first) = (piece / groups, piece % groups * atOnce)
                    be_winograd_float32_sum_gradient(
                        set, shape, addresses.input, addresses.outputGradient, addresses.sums + part * sums,
                        addresses.biasSums + part * 16 * sixteens,
                        addresses.scratch + thread * bytesPerThread, part, first,
                        min(first + atOnce, sixteens))
                }
            }
            Threads.parallel(over: sums / 36 / 256) { squares, _ in
                be_winograd_float32_finish_gradient(
                    set, shape, addresses.sums, addresses.kernelGradient, squares.lowerBound,
                    squares.upperBound)
            }
            for output in 0..<shape.pointee.outputs {
                addresses.biasGradient[output] = (0..<parts).reduce(0) {
                    $0 + addresses.biasSums[$1 * 16 * sixteens + output]
                }
            }
        }
    }
}
