/// A tensor's memory layout, in oneDNN's terms.
///
/// Each dimension is divided into outer steps, which have strides, and inner blocks. The blocks are dense; the
/// last one varies fastest. In `8b64a2b` two elements of dimension 1 are adjacent, then come 64 such pairs along
/// dimension 0, then eight of those groups along dimension 1.
package struct TensorLayout: Equatable {
    /// An inner block: `size` consecutive elements of one dimension.
    package struct Block: Equatable {
        package var dimension: Int
        package var size: Int

        package init(_ size: Int, of dimension: Int) {
            self.size = size
            self.dimension = dimension
        }
    }

    package let precision: Precision
    /// In oneDNN's order: `[batch, channels, height, width]` or `[outputs, inputs, height, width]`.
    package let dims: [Int]
    /// The dimensions padded to whole blocks; the padding is zero.
    package let paddedDims: [Int]
    /// For each dimension, the number of elements from one outer step to the next.
    package let strides: [Int]
    /// From the outermost to the innermost.
    package let blocks: [Block]

    package init(_ precision: Precision, dims: [Int], paddedDims: [Int], strides: [Int], blocks: [Block]) {
        self.precision = precision
        self.dims = dims
        self.paddedDims = paddedDims
        self.strides = strides
        self.blocks = blocks
    }

    /// - Parameters:
    ///   - order: the dimensions from the outermost to the innermost.
    ///   - blocks: the blocks within the outer steps; dimensions without a block are not padded.
    package init(_ precision: Precision, dims: [Int], order: [Int], blocks: [Block] = []) {
        var sizes = Array(repeating: 1, count: dims.count)
        for block in blocks { sizes[block.dimension] *= block.size }
        let steps = zip(dims, sizes).map { ($0 + $1 - 1) / $1 }
        var strides = Array(repeating: 0, count: dims.count)
        var stride = sizes.reduce(1, *)
        for dimension in order.reversed() {
            strides[dimension] = stride
            stride *= steps[dimension]
        }
        self.init(
            precision, dims: dims, paddedDims: zip(steps, sizes).map { $0 * $1 }, strides: strides,
            blocks: blocks)
    }

    /// A dense layout in which the last dimension varies fastest.
    package static func rowMajor(_ dims: [Int], _ precision: Precision) -> TensorLayout {
        TensorLayout(precision, dims: dims, order: Array(dims.indices))
    }

    /// A layout with the given strides and without blocks.
    package static func strided(_ dims: [Int], _ precision: Precision, strides: [Int]) -> TensorLayout {
        TensorLayout(precision, dims: dims, paddedDims: dims, strides: strides, blocks: [])
    }

    /// Images `[batch, channels, height, width]` with all channels of a pixel side by side.
    package static func channelsLast(_ dims: [Int], _ precision: Precision) -> TensorLayout {
        TensorLayout(precision, dims: dims, order: [0, 2, 3, 1])
    }

    /// Images `[batch, channels, height, width]` with blocks of channels; oneDNN's nChw16c and nChw8c.
    package static func channelBlocks(_ size: Int, _ dims: [Int], _ precision: Precision) -> TensorLayout {
        TensorLayout(precision, dims: dims, order: [0, 1, 2, 3], blocks: [Block(size, of: 1)])
    }

    /// The layout of images between layers, for the convolutions that this processor uses.
    package static func images(
        _ dims: [Int], _ precision: Precision, for set: InstructionSet = DNNL.instructionSet
    ) -> TensorLayout {
        if set >= .amx, precision == .bfloat16 { return channelsLast(dims, precision) }
        if set >= .avx512 { return channelBlocks(16, dims, precision) }
        return set >= .avx2 ? channelBlocks(8, dims, precision) : channelsLast(dims, precision)
    }

    /// Kernels `[outputs, inputs, height, width]`, or matrices `[outputs, inputs]`, in blocks of `size` inputs by
    /// `size` outputs; oneDNN's OIhw16i16o and OIhw8i8o.
    package static func kernelBlocks(_ dims: [Int], _ precision: Precision, size: Int = 16) -> TensorLayout {
        TensorLayout(
            precision, dims: dims, order: Array(dims.indices),
            blocks: [Block(size, of: 1), Block(size, of: 0)])
    }

    /// The same layout in another precision.
    package func with(_ precision: Precision) -> TensorLayout {
        TensorLayout(precision, dims: dims, paddedDims: paddedDims, strides: strides, blocks: blocks)
    }

    /// The same strides with `samples` elements of dimension 0, which has no blocks.
    func with(samples: Int) -> TensorLayout {
        TensorLayout(
            precision, dims: [samples] + dims.dropFirst(), paddedDims: [samples] + paddedDims.dropFirst(),
            strides: strides, blocks: blocks)
    }

    /// A layout of the same kind with `count` elements of dimension 0 or 1, without gaps.
    func with(_ count: Int, of dimension: Int) -> TensorLayout {
        let block = blockSize(of: dimension)
        let padded = (count + block - 1) / block * block
        var (dims, paddedDims, strides) = (self.dims, self.paddedDims, self.strides)
        dims[dimension] = count
        paddedDims[dimension] = padded
        // The strides of dimensions outside of this one scale with its padded size.
        for other in strides.indices where strides[other] > strides[dimension] {
            strides[other] = strides[other] * padded / self.paddedDims[dimension]
        }
        return TensorLayout(precision, dims: dims, paddedDims: paddedDims, strides: strides, blocks: blocks)
    }

    /// The number of elements in one outer step of a dimension.
    package func blockSize(of dimension: Int) -> Int {
        blocks.reduce(1) { $1.dimension == dimension ? $0 * $1.size : $0 }
    }

    /// The number of elements in memory, including gaps and padding.
    package var elementCount: Int {
        let ends = dims.indices.map { paddedDims[$0] / blockSize(of: $0) * strides[$0] }
        return max(ends.max() ?? 0, blocks.reduce(1) { $0 * $1.size })
    }

    package var byteCount: Int { elementCount * precision.bytes }

    /// An element's offset from the start, in elements.
    package func offset(of index: [Int]) -> Int {
        var rest = index
        var offset = 0
        var size = 1
        for block in blocks.reversed() {
            offset += rest[block.dimension] % block.size * size
            rest[block.dimension] /= block.size
            size *= block.size
        }
        return zip(rest, strides).reduce(offset) { $0 + $1.0 * $1.1 }
    }
}
