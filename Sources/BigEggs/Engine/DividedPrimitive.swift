/// A oneDNN primitive divided into ``SampleParts``. One thread computes a part.
///
/// How oneDNN splits sums and chooses blocks depends on the number of threads for which a primitive is created. If all
/// threads shared one primitive, its results would depend on the number of threads. Sums over the batch, such as weight
/// gradients, are computed for each part and then added.
final class DividedPrimitive: Pass {
    private struct Sum {
        let target: Place
        let count: Int
        /// Bytes from the start of the scratch to the first part's sums. The sums of the other parts follow.
        let offset: Int
    }

    private struct BoundSum {
        /// The sums of all parts, each padded to whole cache lines.
        let parts, target: UnsafeMutablePointer<Float>
        let count: Int
    }

    private let division: SampleParts
    /// Each part that has samples: its number, its samples and its primitive.
    private let parts: [(number: Int, samples: Range<Int>, primitive: Primitive)]
    private var sums: [Sum] = []
    private var scratchpad = Place.scratchpad
    /// Scratch bytes reserved for each part's primitive.
    private let bytesPerPart: Int
    /// Scratch bytes of the sums of all parts.
    private var sumBytes = 0
    private var bound: [BoundSum] = []

    /// - Parameters:
    ///   - division: the parts.
    ///   - make: creates the primitive for a number of samples. `weights` is the weights' layout that the primitive for
    ///     the typical number of samples chose and all others must use; `nil` for that primitive.
    init(
        _ division: SampleParts, _ make: (_ samples: Int, _ weights: LayoutChoice?) throws -> Primitive
    ) throws {
        self.division = division
        parts = try Threads.alone {
            let typical = try make(division.typicalCount, nil)
            // A backward-weights primitive has no weights argument.
            let weights = try? typical.layout(of: .weights)
            return try division.ranges.enumerated().filter { !$1.isEmpty }.map { number, samples in
                // Fixed parts are all made alike: which of them is a process's first depends on the processes.
                let isTypical = !division.areFixed && number == 0
                return (number, samples, isTypical ? typical : try make(samples.count, weights))
            }
        }
        bytesPerPart = (self.parts.map(\.primitive.scratchpadBytes).max() ?? 0).roundedUp(to: 4096)
    }

    var implementation: String { parts[0].primitive.implementation }

    /// The layout that the primitive needs for an argument.
    func layout(of argument: Argument) throws -> LayoutChoice { try parts[0].primitive.layout(of: argument) }

    /// Adds an argument that is the same for all samples.
    func add(_ argument: Argument, at place: Place) throws {
        for part in parts { try part.primitive.add(argument, at: place) }
    }

    /// Adds an argument whose outermost dimension is the batch.
    func add(_ argument: Argument, at place: Place, layout: TensorLayout) throws {
        let bytes = layout.strides[0] * layout.precision.bytes
        for part in parts {
            try part.primitive.add(argument, at: place, offset: part.samples.lowerBound * bytes)
        }
    }

    /// Adds a float32 result that is a sum over all samples.
    func add(_ argument: Argument, sumAt place: Place) throws {
        let bytes = parts[0].primitive.byteCount(of: argument)
        let stride = bytes.roundedUp(to: 64)
        let offset = bytesPerPart * parts.count + sumBytes
        for part in parts {
            try part.primitive.add(argument, at: .scratchpad, offset: offset + part.number * stride)
        }
        sums.append(Sum(target: place, count: bytes / 4, offset: offset))
        sumBytes += stride * division.ranges.count
    }

    var scratchpadBytes: Int { bytesPerPart * parts.count + sumBytes }

    func useScratchpad(at place: Place) throws {
        scratchpad = place
        for (number, part) in parts.enumerated() where part.primitive.scratchpadBytes > 0 {
            try part.primitive.add(.scratchpad, at: place, offset: number * bytesPerPart)
        }
    }

    func bind(_ address: (Place) -> UnsafeMutableRawPointer) throws {
        for part in parts { try part.primitive.bind(address) }
        bound = sums.map { sum in
            BoundSum(
                parts: (address(scratchpad) + sum.offset).floats, target: address(sum.target).floats,
                count: sum.count)
        }
    }

    func execute() {
        Threads.parallel(over: parts.count) { range, _ in
            for part in range { parts[part].primitive.execute() }
        }
        for sum in bound { add(sum.parts, into: sum.target, sum.count) }
    }

    /// Adds up the parts' sums.
    private func add(
        _ sums: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        let stride = (count * 4).roundedUp(to: 64) / 4
        if division.areFixed { return addFixed(sums, into: target, count, stride) }
        let parts = self.parts.count
        Threads.parallel(over: stride / 16) { range, _ in
            for index in range {
                var sum = Float.load(sums + index * 16)
                for part in 1..<parts {
                    sum += Float.load(sums + part * stride + index * 16)
                }
                if index * 16 + 16 <= count {
                    Float.store(sum, target + index * 16)
                } else {
                    for place in index * 16..<count { target[place] = sum[place % 16] }
                }
            }
        }
    }

    /// Adds up the sums of fixed parts, of which some may be empty, in pieces that fit into the first cache.
    private func addFixed(
        _ sums: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>, _ count: Int,
        _ stride: Int
    ) {
        let piece = 512
        let division = division
        Threads.parallel(over: (count + piece - 1) / piece) { pieces, _ in
            for number in pieces {
                let start = number * piece
                let count = min(piece, count - start)
                for (part, samples) in division.ranges.enumerated() where samples.isEmpty {
                    (sums + part * stride + start).update(repeating: 0, count: count)
                }
                division.addUp(sums + start, count: count, stride: stride)
                (target + start).update(from: sums + start, count: count)
            }
        }
    }
}
