/// The pixels of a data set: an array, borrowed memory or a file.
enum Pixels: Sendable {
    case bytes([UInt8])
    case floats([Float])
    case borrowedBytes(BorrowedMemory<UInt8>)
    case borrowedFloats(BorrowedMemory<Float>)
    case mapped(MappedImages)

    /// The values in memory.
    enum Memory {
        case bytes(UnsafeBufferPointer<UInt8>)
        case floats(UnsafeBufferPointer<Float>)
    }

    /// The number of values.
    var count: Int {
        switch self {
        case .bytes(let array): array.count
        case .floats(let array): array.count
        case .borrowedBytes(let memory): memory.buffer.count
        case .borrowedFloats(let memory): memory.buffer.count
        case .mapped(let images): images.places.count * images.bytesPerImage
        }
    }

    /// Whether the values are floats, not bytes.
    var areFloats: Bool {
        switch self {
        case .bytes, .borrowedBytes, .mapped: false
        case .floats, .borrowedFloats: true
        }
    }

    /// Calls `body` with the memory, which is valid only during the call. Images in a file are copied first.
    func withMemory<Result>(_ body: (Memory) throws -> Result) rethrows -> Result {
        switch self {
        case .bytes(let array): try array.withUnsafeBufferPointer { try body(.bytes($0)) }
        case .floats(let array): try array.withUnsafeBufferPointer { try body(.floats($0)) }
        case .borrowedBytes(let memory): try body(.bytes(memory.buffer))
        case .borrowedFloats(let memory): try body(.floats(memory.buffer))
        case .mapped(let images): try images.asBytes.withUnsafeBufferPointer { try body(.bytes($0)) }
        }
    }

    /// The first float that is not finite: its index and its value.
    var firstInfinite: (index: Int, value: Float)? {
        guard areFloats else { return nil }
        return withMemory { memory in
            guard case .floats(let values) = memory, let base = values.baseAddress,
                !FiniteScan.isFinite(base, count: values.count)
            else { return nil }
            return values.firstIndex { !$0.isFinite }.map { ($0, values[$0]) }
        }
    }

    /// The values as bytes; floats are rounded and clamped to 0 to 255.
    var asBytes: [UInt8] {
        switch self {
        case .bytes(let array): return array
        case .mapped(let images): return images.asBytes
        default: break
        }
        return withMemory { memory in
            switch memory {
            case .bytes(let buffer): Array(buffer)
            case .floats(let buffer):
                buffer.map { UInt8($0.isNaN ? 0 : min(max($0.rounded(), 0), 255)) }
            }
        }
    }

    /// Calls `body` with the memory of the values, in order; images in a file come one by one.
    func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
        guard case .mapped(let images) = self else {
            return withMemory { memory in
                switch memory {
                case .bytes(let values): body(UnsafeRawBufferPointer(values))
                case .floats(let values): body(UnsafeRawBufferPointer(values))
                }
            }
        }
        for image in images.places.indices {
            body(UnsafeRawBufferPointer(images[image]))
            images.file.note(used: images.bytesPerImage)
        }
    }

    /// The values of a range of indices; borrowed memory is shared, not copied.
    subscript(range: Range<Int>) -> Pixels {
        switch self {
        case .bytes(let array): .bytes(Array(array[range]))
        case .floats(let array): .floats(Array(array[range]))
        case .borrowedBytes(let memory): .borrowedBytes(memory[range])
        case .borrowedFloats(let memory): .borrowedFloats(memory[range])
        case .mapped(let images):
            .mapped(
                images.images(
                    range.lowerBound / images.bytesPerImage..<range.upperBound / images.bytesPerImage))
        }
    }
}

/// Borrowed memory; must stay valid and unchanged while a data set uses it.
struct BorrowedMemory<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    let buffer: UnsafeBufferPointer<Element>

    subscript(range: Range<Int>) -> BorrowedMemory {
        BorrowedMemory(buffer: UnsafeBufferPointer(rebasing: buffer[range]))
    }
}
