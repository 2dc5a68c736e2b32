import CKernels

/// A 3×3 kernel transformed for Winograd's convolution: 16 matrices in bfloat16, 36 in float32.
///
/// The matrices are computed in float32 from the master copy of the kernel. For bfloat16 they are then
/// rounded.
struct WinogradKernel: TransformedKernel {
    /// `[outputs, inputs, 3, 3]`; in bfloat16 both channel counts are multiples of 32.
    let dims: [Int]
    /// Whether the kernel is turned by 180° and its inputs and outputs exchanged, as for the gradient of the input.
    let isTurned: Bool
    let precision: Precision
    /// Channels of a block of the kernel in memory, 16 or 8.
    let block: Int

    /// Input channels of the convolution.
    var inputs: Int { isTurned ? dims[0] : dims[1] }
    /// Output channels of the convolution.
    var outputs: Int { isTurned ? dims[1] : dims[0] }

    var byteCount: Int {
        switch precision {
        case .bfloat16: 16 * dims[0] * dims[1] * 2
        case .float32: be_winograd_float32_matrix_bytes(inputs, outputs)
        }
    }

    /// - Parameter kernel: float32 in blocks of inputs by outputs; oneDNN's OIhw16i16o or OIhw8i8o.
    func transform(_ kernel: UnsafePointer<Float>, into matrices: UnsafeMutableRawPointer) {
        let set = DNNL.instructionSet.ofKernels
        let squares = ((dims[0] + 15) / 16) * ((dims[1] + 15) / 16)
        switch precision {
        case .bfloat16:
            let transformed = be_winograd_bfloat16_kernel(
                inputs: dims[1], outputs: dims[0], isTurned: isTurned, kernel: kernel, matrices: matrices)
            Threads.parallel(over: squares) { squares, _ in
                withUnsafePointer(to: transformed) {
                    be_winograd_bfloat16_transform(set, $0, squares.lowerBound, squares.upperBound)
                }
            }
        case .float32:
            let transformed = be_winograd_float32_kernel(
                inputs: dims[1], outputs: dims[0], block: block, isTurned: isTurned, kernel: kernel,
                matrices: matrices.assumingMemoryBound(to: Float.self))
            Threads.parallel(over: squares) { squares, _ in
                withUnsafePointer(to: transformed) {
                    be_winograd_float32_transform(set, $0, squares.lowerBound, squares.upperBound)
                }
            }
        }
    }
}
