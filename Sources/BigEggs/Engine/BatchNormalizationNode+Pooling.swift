import CKernels

/// The passes of a batch normalization with a fused 2×2 max pooling.
///
/// The backward pass recomputes which of a window's four values is the largest, from the input that it reads
/// anyway. Storing the index would cost more in memory traffic than it saves in arithmetic. Among equal
/// values, the first in row-major order counts as the largest.
extension BatchNormalizationNode {
    /// The offsets of a window's four values and of its output value.
    private struct Windows {
        let columns: Int
        let count: Int
        let position, row: Int
        let outputPosition: Int

        init(input: Signal, output: Signal) {
            columns = output.dims[3]
            count = output.walk.positions
            position = input.walk.positionStride
            row = input.dims[3] * position
            outputPosition = output.walk.positionStride
        }

        /// The offset of a window's first value.
        @inline(__always)
        func first(_ window: Int) -> Int { window / columns * 2 * row + window % columns * 2 * position }
    }

    func normalizeAndPool<Element: ActivationElement>(_ type: Element.Type, _ memory: Memory) {
        let (walk, pooled) = (input.walk, output.walk)
        let windows = Windows(input: input, output: output)
        let source = UnsafePointer(memory.input.assumingMemoryBound(to: type))
        let destination = memory.output.assumingMemoryBound(to: type)
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / walk.blocks, item % walk.blocks)
                let lanes = walk.lanes(of: block)
                let scale = Float.load(memory.scale + block * 16)
                let shift = Float.load(memory.shift + block * 16)
                let start = source + sample * walk.sampleStride + block * walk.blockStride
                let end = destination + sample * pooled.sampleStride + block * pooled.blockStride
                @inline(__always) func normalized(_ pointer: UnsafePointer<Element>) -> Lanes {
                    shift.addingProduct(walk.load(pointer, lanes: lanes), scale)
                }
                for window in 0..<windows.count {
                    let upper = start + windows.first(window)
                    let lower = upper + windows.row
                    let largest = be_larger16(
                        be_larger16(normalized(upper), normalized(upper + windows.position)),
                        be_larger16(normalized(lower), normalized(lower + windows.position)))
                    pooled.store(largest, end + window * windows.outputPosition, lanes: lanes)
                }
            }
        }
    }

    /// The two sums of the backward pass. Only the largest value of each window has a gradient.
    func sumPooledGradient<Element: ActivationElement>(_ type: Element.Type, _ memory: Memory) {
        let (walk, pooled) = (input.walk, output.walk)
        let windows = Windows(input: input, output: output)
        let source = UnsafePointer(memory.input.assumingMemoryBound(to: type))
        let gradient = UnsafePointer(memory.gradient.assumingMemoryBound(to: type))
        walk.reduce(2, parts: parts, into: memory.partial) { sample, block, add in
            let lanes = walk.lanes(of: block)
            let mean = Float.load(memory.mean + block * 16)
            let scale = Float.load(memory.scale + block * 16)
            let shift = Float.load(memory.shift + block * 16)
            let start = source + sample * walk.sampleStride + block * walk.blockStride
            let upstreams = gradient + sample * pooled.sampleStride + block * pooled.blockStride
            var first = Lanes.zero
            var second = Lanes.zero
            for window in 0..<windows.count {
                let upper = start + windows.first(window)
                let lower = upper + windows.row
                let a = walk.load(upper, lanes: lanes)
                let b = walk.load(upper + windows.position, lanes: lanes)
                let c = walk.load(lower, lanes: lanes)
                let d = walk.load(lower + windows.position, lanes: lanes)
                let largest = be_first_maximum16(
                    shift.addingProduct(a, scale), shift.addingProduct(b, scale),
                    shift.addingProduct(c, scale), shift.addingProduct(d, scale))
                let chosen =
                    be_where16(largest, 0, a) + be_where16(largest, 1, b) + be_where16(largest, 2, c)
                    + be_where16(largest, 3, d)
                let upstream = pooled.load(upstreams + window * windows.outputPosition, lanes: lanes)
                first += upstream
                second = second.addingProduct(upstream, chosen - mean)
            }
            add(0, first)
            add(1, second)
        }
    }

    func propagatePooledGradient<Element: ActivationElement>(_ type: Element.Type, _ memory: Memory) {
        let (walk, pooled) = (input.walk, output.walk)
        let windows = Windows(input: input, output: output)
        let source = UnsafePointer(memory.input.assumingMemoryBound(to: type))
        let gradient = UnsafePointer(memory.gradient.assumingMemoryBound(to: type))
        let result = memory.inputGradient.assumingMemoryBound(to: type)
        let masks = masksGradient
        Threads.parallel(over: walk.samples * walk.blocks) { range, _ in
            for item in range {
                let (sample, block) = (item / walk.blocks, item % walk.blocks)
                let lanes = walk.lanes(of: block)
                let scale = Float.load(memory.scale + block * 16)
                let shift = Float.load(memory.shift + block * 16)
                let slope = Float.load(memory.slope + block * 16)
                let constant = Float.load(memory.constant + block * 16)
                let offset = sample * walk.sampleStride + block * walk.blockStride
                let upstreams = gradient + sample * pooled.sampleStride + block * pooled.blockStride
                @inline(__always) func put(_ value: Lanes, _ upstream: Lanes, at place: Int) {
                    var derivative = constant.addingProduct(value, slope).addingProduct(upstream, scale)
                    if masks { derivative = derivative.masked(whereRectified: value) }
                    walk.store(derivative, result + place, lanes: lanes)
                }
                for window in 0..<windows.count {
                    let upper = offset + windows.first(window)
                    let lower = upper + windows.row
                    let a = walk.load(source + upper, lanes: lanes)
                    let b = walk.load(source + upper + windows.position, lanes: lanes)
                    let c = walk.load(source + lower, lanes: lanes)
                    let d = walk.load(source + lower + windows.position, lanes: lanes)
                    let largest = be_first_maximum16(
                        shift.addingProduct(a, scale), shift.addingProduct(b, scale),
                        shift.addingProduct(c, scale), shift.addingProduct(d, scale))
                    let upstream = pooled.load(upstreams + window * windows.outputPosition, lanes: lanes)
                    put(a, be_where16(largest, 0, upstream), at: upper)
                    put(b, be_where16(largest, 1, upstream), at: upper + windows.position)
                    put(c, be_where16(largest, 2, upstream), at: lower)
                    put(d, be_where16(largest, 3, upstream), at: lower + windows.position)
                }
            }
        }
    }
}
