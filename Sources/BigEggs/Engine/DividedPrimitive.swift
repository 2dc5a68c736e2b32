/// A oneDNN primitive divided into ``SampleParts``. Each part is computed by one thread.
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
    ///   - make: creates the primitive for a number of samples. `weights` is `nil` in the first call, which
    ///     is for the typical number of samples. That primitive chooses the layout of the weights, which all
    ///     others must use.
    init(
        _ division: SampleParts, _ make: (_ samples: Int, _ weights: LayoutChoice?) throws -> Primitive
    ) throws {
        self.division = division
        parts = try Threads.alone {
            let typical = try make(division.typicalCount, nil)
            // A backward-weights primitive has no weights argument.
            let weights = try? typical.layout(of: .weights)
            return try division.ranges.enumerated().filter { !$1.isEmpty }.map { number, samples in
                // Fixed parts never use `typical`, which is made by another call. The part that would use it
                // is a process's first, and which part that is depends on the number of processes.
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
        for sum in bound { addUp(sum) }
    }

    /// Adds up the parts' sums, in pieces that fit into the L1 cache.
    private func addUp(_ sum: BoundSum) {
        let piece = 512
        let (division, stride) = (division, (sum.count * 4).roundedUp(to: 64) / 4)
        Threads.parallel(over: (sum.count + piece - 1) / piece) { pieces, _ in
            for number in pieces {
                let rows = sum.parts + number * piece
                let count = min(piece, sum.count - number * piece)
                // No primitive writes the sums of a part without samples.
                for (part, samples) in division.ranges.enumerated() where samples.isEmpty {
                    (rows + part * stride).update(repeating: 0, count: count)
                }
                division.addUp(rows, count: count, stride: stride)
                (sum.target + number * piece).update(from: rows, count: count)
            }
        }
    }
}
