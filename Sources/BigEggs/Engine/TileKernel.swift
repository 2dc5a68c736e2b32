import CKernels

/// A kernel rounded to bfloat16, in the order in which ``TileConvolution`` reads it.
struct TileKernel: TransformedKernel {
    /// `[outputs, inputs, height, width]`, or `[outputs, inputs]` of a matrix.
    let dims: [Int]
    /// Whether inputs and outputs are exchanged, as for the gradient of the input.
    let isTurned: Bool

    private var kernel: be_tile_kernel {
        let window = dims.count == 4 ? Array(dims[2...]) : [1, 1]
        return be_tile_kernel(
            inputs: dims[1], outputs: dims[0], rows: window[0], columns: window[1], is_turned: isTurned)
    }

    var byteCount: Int { withUnsafePointer(to: kernel, be_tile_kernel_bytes) }

    /// - Parameter values: float32 in oneDNN's OIhw16i16o, or OI16i16o.
    func transform(_ values: UnsafePointer<Float>, into tiles: UnsafeMutableRawPointer) {
        let set = DNNL.instructionSet.ofKernels
        let kernel = self.kernel
        Threads.parallel(over: withUnsafePointer(to: kernel, be_tile_kernel_pieces)) { pieces, _ in
            withUnsafePointer(to: kernel) {
                be_tile_kernel_round(set, $0, values, tiles, pieces.lowerBound, pieces.upperBound)
            }
        }
    }
}
