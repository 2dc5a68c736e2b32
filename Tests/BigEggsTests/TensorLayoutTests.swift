import BigEggs
import Testing

/// The engine's layouts, and oneDNN's descriptors of them.
@Suite struct TensorLayoutTests {
    @Test func channelBlocksArePaddedAndDense() {
        let layout = TensorLayout.channelBlocks(16, [2, 20, 3, 5], .float32)
        #expect(layout.paddedDims == [2, 32, 3, 5])
        #expect(layout.strides == [480, 240, 80, 16])
        #expect(layout.elementCount == 960)
        #expect(layout.byteCount == 3840)
        #expect(layout.with(.bfloat16).byteCount == 1920)
        #expect(layout.offset(of: [1, 17, 2, 4]) == 480 + 240 + 2 * 80 + 4 * 16 + 1)
    }

    @Test func plainLayoutStridesFollowTheDimensionOrder() {
        #expect(TensorLayout.rowMajor([2, 3, 4, 5], .float32).strides == [60, 20, 5, 1])
        #expect(TensorLayout.channelsLast([2, 3, 4, 5], .float32).strides == [60, 1, 15, 3])
        #expect(TensorLayout.strided([2, 3], .float32, strides: [1, 2]).offset(of: [1, 2]) == 5)
    }

    @Test func threeBlocksNestFromTheOutermostToTheInnermost() {
        // oneDNN's AB8b64a2b: the weights of an inner product in bfloat16.
        let layout = TensorLayout(
            .bfloat16, dims: [100, 40], order: [0, 1],
            blocks: [.init(8, of: 1), .init(64, of: 0), .init(2, of: 1)])
        #expect(layout.paddedDims == [128, 48])
        #expect(layout.strides == [3072, 1024])
        #expect(layout.offset(of: [0, 1]) == 1)
        #expect(layout.offset(of: [1, 0]) == 2)
        #expect(layout.offset(of: [0, 2]) == 128)
        #expect(layout.offset(of: [64, 0]) == 3072)
        #expect(layout.offset(of: [0, 16]) == 1024)
        #expect(layout.offset(of: [99, 39]) == 3072 + 2 * 1024 + 3 * 128 + 35 * 2 + 1)
    }

    /// Layouts that oneDNN's primitives choose. Some have padded blocks, and some have dimensions of size 1,
    /// whose position in the order cannot be derived from the strides.
    static let all: [TensorLayout] = [
        .rowMajor([7], .float32), .rowMajor([3, 5], .bfloat16), .rowMajor([2, 3, 4, 5], .float32),
        .channelsLast([2, 3, 4, 5], .bfloat16), .channelsLast([1, 3, 1, 5], .float32),
        .strided([6, 3, 2, 2], .float32, strides: [1, 6, 36, 18]),
        .channelBlocks(16, [2, 32, 3, 3], .float32), .channelBlocks(16, [1, 3, 1, 1], .bfloat16),
        .channelBlocks(8, [3, 20, 2, 1], .float32), .channelBlocks(16, [1, 40, 1, 2], .float32),
        .kernelBlocks([32, 64, 3, 3], .float32), .kernelBlocks([20, 3, 1, 1], .float32),
        .kernelBlocks([16, 40, 1, 3], .float32), .kernelBlocks([40, 16, 3, 1], .float32),
        TensorLayout(
            .bfloat16, dims: [64, 32, 3, 3], order: [0, 1, 2, 3],
            blocks: [.init(8, of: 1), .init(16, of: 0), .init(2, of: 1)]),
        TensorLayout(
            .bfloat16, dims: [20, 50, 1, 1], order: [0, 1, 2, 3],
            blocks: [.init(8, of: 0), .init(16, of: 1), .init(2, of: 0)]),
        TensorLayout(
            .float32, dims: [100, 40], order: [0, 1], blocks: [.init(16, of: 1), .init(64, of: 0)]),
        TensorLayout(
            .float32, dims: [100, 80], order: [1, 0], blocks: [.init(16, of: 0), .init(64, of: 1)]),
        TensorLayout(.float32, dims: [10, 8], order: [1, 0], blocks: [.init(16, of: 1), .init(64, of: 0)]),
        TensorLayout(
            .bfloat16, dims: [70, 40], order: [0, 1],
            blocks: [.init(8, of: 1), .init(64, of: 0), .init(2, of: 1)]),
    ]

    @Test(arguments: all)
    func aLayoutRoundTripsThroughAOneDNNDescriptor(_ layout: TensorLayout) throws {
        let descriptor = try Descriptor(layout)
        #expect(descriptor.layout == layout)
        #expect(descriptor.byteCount == layout.byteCount)
    }

    @Test(arguments: all)
    func oneDNNPlacesElementsAtTheLayoutsOffsets(_ layout: TensorLayout) throws {
        let layout = layout.with(.float32)
        let count = layout.dims.reduce(1, *)
        var values = (0..<count).map { Float($0 + 1) }
        var found = [Float](repeating: -1, count: layout.elementCount)
        try values.withUnsafeMutableBytes { values in
            try found.withUnsafeMutableBytes { found in
                try reorder(
                    #require(values.baseAddress), in: .described(.rowMajor(layout.dims, .float32)),
                    to: #require(found.baseAddress), in: .described(layout))
            }
        }
        // Padding is zero.
        var expected = [Float](repeating: 0, count: layout.elementCount)
        for number in 0..<count {
            var rest = number
            var index = layout.dims
            for dimension in layout.dims.indices.reversed() {
                index[dimension] = rest % layout.dims[dimension]
                rest /= layout.dims[dimension]
            }
            expected[layout.offset(of: index)] = Float(number + 1)
        }
        #expect(found == expected)
    }

    @Test func differentLayoutsHaveDifferentOneDNNDescriptors() throws {
        let first = TensorLayout.kernelBlocks([32, 32, 3, 3], .float32)
        let others = [
            first.with(.bfloat16), .rowMajor([32, 32, 3, 3], .float32),
            TensorLayout(
                .float32, dims: [32, 32, 3, 3], order: [0, 1, 2, 3],
                blocks: [.init(16, of: 0), .init(16, of: 1)]),
            TensorLayout(
                .float32, dims: [32, 32, 3, 3], order: [1, 0, 2, 3],
                blocks: [.init(16, of: 1), .init(16, of: 0)]),
        ]
        for other in others {
            #expect(other != first)
            #expect(try Descriptor(other) != Descriptor(first))
        }
    }

    @Test func blocksUnsupportedByOneDNNAreRefused() {
        let strange = TensorLayout(
            .float32, dims: [30, 30], order: [0, 1], blocks: [.init(3, of: 0), .init(5, of: 1)])
        #expect(throws: EngineError.self) { try Descriptor(strange) }
        // Gaps between the blocks.
        let gaps = TensorLayout(
            .float32, dims: [2, 32, 3, 3], paddedDims: [2, 32, 3, 3], strides: [600, 300, 48, 16],
            blocks: [.init(16, of: 1)])
        #expect(throws: EngineError.self) { try Descriptor(gaps) }
    }

    @Test func imageLayoutBlocksMatchTheVectorWidth() {
        let dims = [2, 40, 3, 3]
        for set in InstructionSet.allCases {
            let layout = TensorLayout.images(dims, .float32, for: set)
            switch set {
            case .none, .sse41, .avx: #expect(layout == .channelsLast(dims, .float32))
            case .avx2: #expect(layout == .channelBlocks(8, dims, .float32))
            default: #expect(layout == .channelBlocks(16, dims, .float32))
            }
        }
    }
}
