import CKernels

/// A 3×3 kernel as Winograd's convolution multiplies by it: sixteen matrices, in bfloat16.
///
/// They are computed in float32 from the master copy of the kernel and rounded once.
struct WinogradKernel: Equatable {
    /// `[outputs, inputs, 3, 3]`, both channel counts multiples of 32.
    let dims: [Int]
    /// For the gradient of the input, which is a convolution with the kernel turned by 180° and inputs and
    /// outputs exchanged.
    let isTurned: Bool

    /// Channels that the convolution reads, and those that it puts out.
    var inputs: Int { isTurned ? dims[0] : dims[1] }
    var outputs: Int { isTurned ? dims[1] : dims[0] }

    var byteCount: Int { 16 * dims[0] * dims[1] * 2 }

    /// - Parameter kernel: float32 in oneDNN's layout OIhw16i16o.
    func transform(_ kernel: UnsafePointer<Float>, into matrices: UnsafeMutableRawPointer) {
        let instructionSet = DNNL.instructionSet.ofKernels
        let transformed = be_winograd_bfloat16_kernel(
            inputs: dims[1], outputs: dims[0], isTurned: isTurned, kernel: kernel, matrices: matrices)
        Threads.parallel(over: dims[0] * dims[1] / 256) { blocks, _ in
            withUnsafePointer(to: transformed) {
                be_winograd_bfloat16_transform(instructionSet, $0, blocks.lowerBound, blocks.upperBound)
            }
        }
    }
}
