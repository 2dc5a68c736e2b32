import CKernels

/// A 3×3 convolution of images of at most 2×2 pixels, as a matrix product.
///
/// Every output pixel depends on every input pixel. With 2×2 pixels the product takes 16 multiplications for
/// each pair of an input and an output channel; Winograd's algorithm takes 36. Every output is summed in a
/// fixed order: its bits do not depend on the number of threads or the instruction set.
final class TinyConvolution: Pass {
    private let input: Place
    private let output: Place
    private let kernel: Place
    private let bias: Place?
    private let rectifies: Bool
    private let shape: be_tiny_shape
    private let instructionSet = DNNL.instructionSet.ofKernels
    private var bound: be_tiny_convolution?

    /// Whether this pass can compute a convolution: 3×3 with stride 1 and same padding, of images of at most
    /// 2×2 pixels in blocks of channels, with at least 16 input and 16 output channels.
    ///
    /// On AVX2, oneDNN has only its reference code for the gradient of such a kernel. That code takes one
    /// second for 4 images with 512 channels.
    static func isFor(
        kernelDims: [Int], window: Operation.Window, input: TensorLayout, output: TensorLayout
    ) -> Bool {
        WinogradFloat32Convolution.canBeOwn(
            kernelDims: kernelDims, window: window, input: input, output: output)
            && window.paddingBefore == [1, 1] && input.dims[2...] == output.dims[2...] && isTiny(input)
    }

    /// Whether images have at most 2×2 pixels.
    static func isTiny(_ images: TensorLayout) -> Bool { images.dims[2...].allSatisfy { $0 <= 2 } }

    /// - Parameters:
    ///   - shape: the shape of the input and output images.
    ///   - kernel: the place of the transformed ``TinyKernel``.
    ///   - bias: the place of the bias, one number per output channel.
    init(_ shape: be_tiny_shape, input: Place, kernel: Place, bias: Place?, rectifies: Bool, output: Place) {
        (self.shape, self.input, self.kernel, self.bias) = (shape, input, kernel, bias)
        (self.rectifies, self.output) = (rectifies, output)
    }

    var implementation: String { DNNL.instructionSet.tinyConvolution }

    let scratchpadBytes = 0
    func useScratchpad(at place: Place) {}

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        bound = be_tiny_convolution(
            shape: shape, input: address(input).floats, panels: address(kernel).floats,
            bias: bias.map { UnsafePointer(address($0).floats) }, rectifies: rectifies,
            output: address(output).floats)
    }

    func execute() {
        guard let bound else { return }
        let set = instructionSet
        Threads.parallel(over: withUnsafePointer(to: shape, be_tiny_panels)) { panels, _ in
            withUnsafePointer(to: bound) { be_tiny_convolve(set, $0, panels.lowerBound, panels.upperBound) }
        }
    }
}

/// The gradients of kernel and bias of a ``TinyConvolution``, or of a bfloat16 convolution of the same kind.
///
/// Each element is summed in float32, by a single thread over the whole batch.
final class TinyGradient: Pass {
    private let input: Place
    private let outputGradient: Place
    private let kernelGradient: Place
    private let biasGradient: Place?
    private let shape: be_tiny_shape
    private let precision: Precision
    private let instructionSet = DNNL.instructionSet.ofKernels
    private let gatheredBytes: (input: Int, gradient: Int)
    private var scratchpad = Place.scratchpad
    private var bound: be_tiny_gradient?

    /// - Parameters:
    ///   - shape: the shape of the convolution.
    ///   - precision: the precision of the images.
    ///   - kernelGradient: the place of the kernel's gradient, in blocks of inputs by outputs.
    init(
        _ shape: be_tiny_shape, _ precision: Precision, input: Place, outputGradient: Place,
        kernelGradient: Place, biasGradient: Place?
    ) {
        self.precision = precision
        (self.shape, self.input, self.outputGradient) = (shape, input, outputGradient)
        (self.kernelGradient, self.biasGradient) = (kernelGradient, biasGradient)
        gatheredBytes = withUnsafePointer(to: shape) {
            (
                be_tiny_gathered_bytes($0, shape.inputs).roundedUp(to: 4096),
                be_tiny_gathered_bytes($0, shape.outputs).roundedUp(to: 4096)
            )
        }
    }

    var implementation: String { DNNL.instructionSet.tinyConvolution }
    var scratchpadBytes: Int { gatheredBytes.input + gatheredBytes.gradient }

    func useScratchpad(at place: Place) { scratchpad = place }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) {
        bound = be_tiny_gradient(
            shape: shape, input: address(input), output_gradient: address(outputGradient),
            is_bfloat16: precision == .bfloat16, gathered_input: address(scratchpad).floats,
            gathered_gradient: (address(scratchpad) + gatheredBytes.input).floats,
            kernel_gradient: address(kernelGradient).floats,
            bias_gradient: biasGradient.map { address($0).floats }
        )
    }

    func execute() {
        guard let bound else { return }
        let set = instructionSet
        let (inputs, outputs) = ((shape.inputs + 15) / 16, (shape.outputs + 15) / 16)
        withUnsafePointer(to: bound) { gradient in
            Threads.parallel(over: inputs + outputs) { sixteens, _ in
                be_tiny_gather(gradient, sixteens.lowerBound, sixteens.upperBound)
            }
            Threads.parallel(over: inputs * outputs) { squares, _ in
                be_tiny_sum_gradient(set, gradient, squares.lowerBound, squares.upperBound)
            }
        }
    }
}

/// A 3×3 kernel as the matrix of ``TinyConvolution``.
///
/// Each tap appears once for each pair of an input pixel and an output pixel that the tap connects.
struct TinyKernel: TransformedKernel {
    let shape: be_tiny_shape
    /// Whether the shape's inputs are the kernel's outputs and vice versa, as for the gradient of the input.
    let isTurned: Bool

    private var panels: Int { withUnsafePointer(to: shape, be_tiny_panels) }

    var byteCount: Int { panels * withUnsafePointer(to: shape, be_tiny_panel_bytes) }

    /// - Parameter kernel: float32 in blocks of inputs by outputs.
    func transform(_ kernel: UnsafePointer<Float>, into matrices: UnsafeMutableRawPointer) {
        let expanded = be_tiny_kernel(
            shape: shape, isTurned: isTurned, kernel: kernel,
            panels: matrices.assumingMemoryBound(to: Float.self))
        Threads.parallel(over: panels) { panels, _ in
            withUnsafePointer(to: expanded) { be_tiny_expand($0, panels.lowerBound, panels.upperBound) }
        }
    }

    /// Ignores the number of images, on which the kernel does not depend.
    static func == (one: TinyKernel, other: TinyKernel) -> Bool {
        func numbers(_ kernel: TinyKernel) -> [Int] {
            [
                kernel.shape.height, kernel.shape.width, kernel.shape.inputs, kernel.shape.outputs,
                kernel.shape.block,
            ]
        }
        return one.isTurned == other.isTurned && numbers(one) == numbers(other)
    }
}

extension be_tiny_shape {
    /// The shape of the convolution from `source` to `destination`.
    init(source: TensorLayout, destination: TensorLayout) {
        self.init(
            images: source.dims[0], height: source.dims[2], width: source.dims[3], inputs: source.dims[1],
            outputs: destination.dims[1], block: source.blockSize(of: 1))
    }
}

extension InstructionSet {
    /// The display name of tiny convolutions' passes.
    var tinyConvolution: String { self >= .avx512 ? "tiny_2x2:avx512_core" : "tiny_2x2:avx2" }
}
