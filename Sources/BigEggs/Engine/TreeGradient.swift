/// The gradients of a layer's parameters, computed for each fixed part of the batch and added as a ``TreeSum``.
///
/// The parts run one after the other, each on all threads. A subtree is summed before the next subtree
/// begins. So memory holds few sums at once: at most the height of the tree plus one.
final class TreeGradient: Pass {
    private struct Part {
        let samples: Range<Int>
        /// Computes the part's gradients; nil for a part without samples, whose gradients are zero.
        let pass: (any Pass)?
        /// The index in `sums` of the part's gradients: the number of subtree sums that are complete but not
        /// yet added to one another when this part begins.
        let level: Int
    }

    private let parts: [Part]
    /// The bytes of one sample, for each place that holds samples, such as the layer's input.
    private let sampleBytes: [Place: Int]
    /// The number of elements of each gradient.
    private let counts: [Place: Int]
    private var scratchpad = Place.scratchpad
    /// For each gradient, the buffers for sums of subtrees. The first buffer is that of the gradient itself.
    private var bound: [(sums: [UnsafeMutablePointer<Float>], count: Int)] = []

    /// - Parameters:
    ///   - parts: fixed parts.
    ///   - sampleBytes: the bytes of one sample, for each place that holds samples, such as the layer's input.
    ///   - counts: the number of elements of each gradient.
    ///   - make: makes a pass over the given number of samples. ``bind(_:)`` gives it the addresses of its
    ///     part.
    init(
        _ parts: SampleParts, sampleBytes: [Place: Int], counts: [Place: Int],
        _ make: (_ samples: Int) -> (any Pass)?
    ) {
        self.sampleBytes = sampleBytes
        self.counts = counts
        self.parts = parts.ranges.enumerated().map { number, samples in
            Part(
                samples: samples, pass: samples.isEmpty ? nil : make(samples.count),
                level: number.nonzeroBitCount)
        }
    }

    var implementation: String { parts.lazy.compactMap(\.pass).first?.implementation ?? "" }

    private var passBytes: Int {
        (parts.compactMap(\.pass?.scratchpadBytes).max() ?? 0).roundedUp(to: 4096)
    }
    /// The number of buffers for sums of each gradient.
    private var levels: Int { (parts.map(\.level).max() ?? 0) + 1 }
    private static func bytes(_ count: Int) -> Int { (count * 4).roundedUp(to: 64) }
    var scratchpadBytes: Int {
        passBytes + (levels - 1) * counts.values.reduce(0) { $0 + TreeGradient.bytes($1) }
    }

    func useScratchpad(at place: Place) throws {
        scratchpad = place
        for part in parts { try part.pass?.useScratchpad(at: place) }
    }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws {
        var next = address(scratchpad) + passBytes
        var sums: [Place: [UnsafeMutableRawPointer]] = [:]
        for (place, count) in counts {
            sums[place] = [address(place)]
            for _ in 1..<levels {
                sums[place]?.append(next)
                next += TreeGradient.bytes(count)
            }
        }
        bound = counts.map { place, count in ((sums[place] ?? []).map(\.floats), count) }
        for part in parts {
            try part.pass?.bind { place in
                if let sums = sums[place] { return sums[part.level] }
                return address(place) + (sampleBytes[place] ?? 0) * part.samples.lowerBound
            }
        }
    }

    func execute() {
        for (number, part) in parts.enumerated() {
            if let pass = part.pass {
                pass.execute()
            } else {
                for (sums, count) in bound { sums[part.level].update(repeating: 0, count: count) }
            }
            // For each trailing 1 in the binary number of this part, one more subtree is complete.
            for carry in 0..<(~number).trailingZeroBitCount { addUp(part.level - carry) }
        }
    }

    /// Adds `sums[level]` to `sums[level - 1]`, for each gradient.
    private func addUp(_ level: Int) {
        for (sums, count) in bound {
            let (source, target) = (sums[level], sums[level - 1])
            Threads.parallel(over: (count + 15) / 16) { range, _ in
                for index in range.lowerBound * 16..<min(range.upperBound * 16, count) {
                    target[index] += source[index]
                }
            }
        }
    }
}
