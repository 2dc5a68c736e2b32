/// The strides, in elements, for visiting a tensor sixteen channels at a time.
///
/// It describes oneDNN's layouts in blocks of 16 or 8 channels, channels last, and plain matrices. Of sixteen
/// channels at an address `p`, lanes 0 to 7 start at `p`, lanes 8 to 15 at `p + halfStride`.
struct ChannelWalk: Equatable {
    let samples: Int
    let channels: Int
    let positions: Int
    let sampleStride: Int
    let blockStride: Int
    let halfStride: Int
    let positionStride: Int

    var blocks: Int { (channels + 15) / 16 }

    /// Whether the sixteen channels of every block are adjacent in memory.
    var isContiguous: Bool { halfStride == 8 && paddedLanes % 16 == 0 }

    /// Whether a sample's values are whole blocks of sixteen channels, position after position: channels last.
    let isPixelwise: Bool

    /// Channels in memory, padding included.
    private let paddedLanes: Int

    init(dims: [Int], layout: TensorLayout) {
        samples = dims[0]
        channels = dims[1]
        positions = dims.dropFirst(2).reduce(1, *)
        sampleStride = layout.strides[0]
        paddedLanes = layout.paddedDims[1]
        switch layout.blocks {
        case [.init(16, of: 1)]:
            (blockStride, halfStride, positionStride) = (layout.strides[1], 8, 16)
        case [.init(8, of: 1)]:
            (blockStride, halfStride, positionStride) = (2 * layout.strides[1], layout.strides[1], 8)
        default:
            // Channels last, or a matrix: the channels of a pixel lie together.
            (blockStride, halfStride, positionStride) = (16, 8, dims.count > 2 ? layout.strides[3] : channels)
        }
        isPixelwise = layout.blocks.isEmpty && channels % 16 == 0 && positionStride == channels
    }

    /// A channel's offset from a sample's first value; `nil` if the channel is not in memory.
    func offset(ofChannel channel: Int) -> Int? {
        guard channel < paddedLanes else { return nil }
        return channel / 16 * blockStride + offset(ofLane: channel % 16)
    }

    /// A lane's offset from a block's first value.
    @inline(__always)
    func offset(ofLane lane: Int) -> Int { lane < 8 ? lane : lane - 8 + halfStride }

    /// How many of a block's sixteen lanes are in memory.
    @inline(__always)
    func lanes(of block: Int) -> Int { min(16, paddedLanes - block * 16) }

    @inline(__always)
    func load<Element: ActivationElement>(_ pointer: UnsafePointer<Element>, lanes: Int) -> Lanes {
        if lanes == 16 {
            if halfStride == 8 { return Element.load(pointer) }
            return Lanes(
                lowHalf: Element.loadHalf(pointer), highHalf: Element.loadHalf(pointer + halfStride))
        }
        var result = Lanes.zero
        for lane in 0..<lanes { result[lane] = pointer[offset(ofLane: lane)].float }
        return result
    }

    @inline(__always)
    func store<Element: ActivationElement>(
        _ value: Lanes, _ pointer: UnsafeMutablePointer<Element>, lanes: Int
    ) {
        if lanes == 16 {
            if halfStride == 8 {
                Element.store(value, pointer)
            } else {
                Element.storeHalf(value.lowHalf, pointer)
                Element.storeHalf(value.highHalf, pointer + halfStride)
            }
        } else {
            for lane in 0..<lanes {
                pointer[offset(ofLane: lane)] = Element(value[lane])
            }
        }
    }

    /// Calls `body(block, offset)` for each sixteen channels, in parallel, with the offset of the first one.
    ///
    /// With channels last, memory is visited in its order. With one block after the other, only a part of each line of
    /// memory would be used at a time.
    @inline(__always)
    func forEach(_ body: (_ block: Int, _ offset: Int) -> Void) {
        Threads.parallel(over: samples) { range, _ in
            for sample in range {
                for position in 0..<positions {
                    let start = sample * sampleStride + position * positionStride
                    for block in 0..<blocks { body(block, start + block * 16) }
                }
            }
        }
    }

    /// Sums `numbers` values per channel over all samples, in float64.
    ///
    /// The parts are divided among the threads. Then the parts' sums are added.
    ///
    /// - Parameters:
    ///   - parts: parts of the samples.
    ///   - sums: for each part, `numbers` sums per channel, with the channels padded to a multiple of 16. The totals
    ///     replace the first part's sums.
    ///   - body: computes one sample's `numbers` values for a block of channels, and calls `add` with each.
    @inline(__always)
    func reduce(
        _ numbers: Int, parts: SampleParts, into sums: UnsafeMutablePointer<Double>,
        _ body: (_ sample: Int, _ block: Int, _ add: (_ number: Int, Lanes) -> Void) -> Void
    ) {
        let channels = blocks * 16
        let size = numbers * channels
        Threads.parallel(over: parts.ranges.count) { range, _ in
            for part in range {
                let own = sums + part * size
                own.update(repeating: 0, count: size)
                for sample in parts.ranges[part] {
                    for block in 0..<blocks {
                        body(sample, block) { number, lanes in
                            let target = own + number * channels + block * 16
                            for lane in 0..<16 { target[lane] += Double(lanes[lane]) }
                        }
                    }
                }
            }
        }
        parts.addUp(sums, count: size, stride: size)
    }

    /// The values in Keras's order, `[samples, positions, channels]`.
    func channelsLast<Element: ActivationElement>(
        _ base: UnsafeRawPointer, of type: Element.Type
    ) -> [Float] {
        let source = base.assumingMemoryBound(to: type)
        return [Float](unsafeUninitializedCapacity: samples * positions * channels) { buffer, count in
            for sample in 0..<samples {
                for position in 0..<positions {
                    for block in 0..<blocks {
                        let start = sample * sampleStride + block * blockStride + position * positionStride
                        let lanes = load(source + start, lanes: self.lanes(of: block))
                        for channel in block * 16..<min(block * 16 + 16, channels) {
                            buffer[(sample * positions + position) * channels + channel] =
                                lanes[channel - block * 16]
                        }
                    }
                }
            }
            count = samples * positions * channels
        }
    }
}
