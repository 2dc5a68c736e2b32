/// The gradients of an inner product's kernel and bias, divided into ranges of outputs or of inputs.
///
/// The number of parts does not depend on the number of threads. Each part is computed by one thread, over
/// the whole batch. Dividing the batch, as ``DividedPrimitive`` does, would need a copy of the large kernel
/// gradient for each part.
final class DividedProductGradient: Pass {
    private struct Part {
        let primitive: Primitive
        /// The part's range of each sample, in bytes.
        let piece: Range<Int>
        /// The scratch offset of the contiguous copies of this range, one for each sample.
        let copies: Int
    }

    private let parts: [Part]
    private let batch: Int
    /// The tensor that is divided: the output's gradient or the input.
    private let pieces: Place
    /// Bytes per sample of that tensor.
    private let sampleBytes: Int
    private let copyBytes: Int
    private let bytesPerPart: Int
    private var scratchpad = Place.scratchpad
    private var bound: (pieces: UnsafeRawPointer, scratchpad: UnsafeMutableRawPointer)?

    /// - Parameters:
    ///   - primitives: the primitives of the whole product.
    ///   - count: the largest number of parts.
    ///   - choice: the layout of the kernel's gradient, which is divided along its outermost dimension.
    /// - Returns: `nil` if that dimension is neither the outputs nor the inputs, or the layout has no
    ///   ``Descriptor/fields``.
    init?(
        _ primitives: WeightedPrimitives, parts count: Int, layout choice: LayoutChoice, source: Place,
        gradient: Place, kernelGradient: Place, biasGradient: Place?
    ) throws {
        let descriptor = try Descriptor.of(choice)
        guard let layout = descriptor.fields,
            let dimension = [0, 1].first(where: { layout.strides[$0] == layout.strides.max() })
        else {
            return nil
        }
        let divided = dimension == 0 ? primitives.gradient : primitives.source
        // Ranges start on block boundaries of the kernel's gradient and of the divided tensor.
        let block = max(layout.blockSize(of: dimension), divided.blockSize(of: 1))
        let extent = layout.dims[dimension]
        let blocks = (extent + block - 1) / block
        // oneDNN can describe only ranges of whole blocks.
        let count = extent % block == 0 ? min(blocks, count) : 1
        let batch = primitives.source.dims[0]
        let bytesOfOne = divided.strides[0] * divided.precision.bytes / divided.paddedDims[1]
        var parts: [Part] = []
        var copyBytes = 0
        for part in 0..<count {
            let range = blocks * part / count * block..<min(blocks * (part + 1) / count * block, extent)
            let end = part == count - 1 ? divided.paddedDims[1] : range.upperBound
            let piece = range.lowerBound * bytesOfOne..<end * bytesOfOne
            // The bias gradient does not depend on the inputs. If the inputs are divided, the first part computes it.
            let hasBias = dimension == 0 || part == 0
            let primitive = try Threads.alone {
                try primitives.with(range.count, of: dimension, hasBias: hasBias && biasGradient != nil)
                    .backwardWeights(.opaque(descriptor.first(range.count, of: dimension)), samples: batch)
            }
            try primitive.add(
                .source, at: dimension == 1 ? .scratchpad : source, offset: dimension == 1 ? copyBytes : 0)
            try primitive.add(
                .destinationGradient, at: dimension == 0 ? .scratchpad : gradient,
                offset: dimension == 0 ? copyBytes : 0)
            try primitive.add(
                .weightsGradient, at: kernelGradient,
                offset: range.lowerBound / layout.blockSize(of: dimension) * layout.strides[dimension] * 4)
            if let biasGradient, hasBias {
                try primitive.add(
                    .biasGradient, at: biasGradient, offset: dimension == 0 ? range.lowerBound * 4 : 0)
            }
            parts.append(Part(primitive: primitive, piece: piece, copies: copyBytes))
            copyBytes += (batch * piece.count).roundedUp(to: 64)
        }
        self.parts = parts
        self.batch = batch
        pieces = dimension == 0 ? gradient : source
        sampleBytes = divided.strides[0] * divided.precision.bytes
        self.copyBytes = copyBytes.roundedUp(to: 4096)
        bytesPerPart = (parts.map(\.primitive.scratchpadBytes).max() ?? 0).roundedUp(to: 4096)
    }

    var implementation: String { parts[0].primitive.implementation }
    var scratchpadBytes: Int { copyBytes + bytesPerPart * parts.count }

    func useScratchpad(at place: Place) throws {
        scratchpad = place
        for (number, part) in parts.enumerated() where part.primitive.scratchpadBytes > 0 {
            try part.primitive.add(.scratchpad, at: place, offset: copyBytes + number * bytesPerPart)
        }
    }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws {
        for part in parts { try part.primitive.bind(address) }
        bound = (UnsafeRawPointer(address(pieces)), address(scratchpad))
    }

    func execute() {
        guard let bound else { return }
        Threads.parallel(over: parts.count) { range, _ in
            for part in parts[range] {
                for sample in 0..<batch {
                    (bound.scratchpad + part.copies + sample * part.piece.count).copyMemory(
                        from: bound.pieces + sample * sampleBytes + part.piece.lowerBound,
                        byteCount: part.piece.count)
                }
                part.primitive.execute()
            }
        }
    }
}
