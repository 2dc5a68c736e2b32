/// A oneDNN primitive divided into parts. A part is a range of the batch's samples, and one thread computes it.
///
/// The number of parts does not depend on the number of threads. How oneDNN splits sums and chooses blocks depends on
/// the number of threads for which a primitive is created. If all threads shared one primitive, its results would
/// depend on the number of threads. Sums over the batch, such as weight gradients, are computed for each part and then
/// added in the order of the parts.
final class DividedPrimitive: Pass {
    private struct Sum {
        let target: Place
        let count: Int
        /// Bytes from the start of the scratch to the first part's sums. The sums of the other parts follow.
        let offset: Int
    }

    private let parts: [(samples: Range<Int>, primitive: Primitive)]
    private var sums: [Sum] = []
    private var scratchpad = Place.scratchpad
    /// Scratch bytes reserved for each part's primitive.
    private let bytesPerPart: Int
    /// Scratch bytes of the sums of all parts.
    private var sumBytes = 0
    private var bound: [(sums: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, count: Int)] = []

    /// - Parameters:
    ///   - batch: the number of samples in the batch.
    ///   - parts: the largest number of parts; each has at least one sample.
    ///   - make: creates the primitive for a number of samples. `weights` is the weights' layout that the first
    ///     primitive chose and all others must use; `nil` for the first primitive.
    init(
        batch: Int, parts: Int, _ make: (_ samples: Int, _ weights: LayoutChoice?) throws -> Primitive
    ) throws {
        let count = min(batch, parts)
        self.parts = try Threads.alone {
            var weights: LayoutChoice?
            return try (0..<count).map { part in
                let samples = batch * part / count..<batch * (part + 1) / count
                let primitive = try make(samples.count, weights)
                // A backward-weights primitive has no weights argument.
                if weights == nil { weights = try? primitive.layout(of: .weights) }
                return (samples, primitive)
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
        for (number, part) in parts.enumerated() {
            try part.primitive.add(argument, at: .scratchpad, offset: offset + number * stride)
        }
        sums.append(Sum(target: place, count: bytes / 4, offset: offset))
        sumBytes += stride * parts.count
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
            (UnsafePointer((address(scratchpad) + sum.offset).floats), address(sum.target).floats, sum.count)
        }
    }

    func execute() {
        Threads.parallel(over: parts.count) { range, _ in
            for part in range { parts[part].primitive.execute() }
        }
        for sum in bound { add(sum.sums, into: sum.target, sum.count) }
    }

    /// Adds up the parts' sums.
    private func add(_ sums: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ count: Int) {
        let stride = (count * 4).roundedUp(to: 64) / 4
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
}
