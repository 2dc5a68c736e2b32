import CBigEggs
import Synchronization

/// An array with a fixed address, valid as long as this object lives.
final class Pinned<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let array: [Element]
    /// The address of the first element; may be `nil` if the array is empty.
    let address: UnsafePointer<Element>?

    /// Takes an array without copying it. The array never changes, so its memory does not move.
    init(_ array: [Element]) {
        self.array = array
        address = array.withUnsafeBufferPointer(\.baseAddress)
    }
}

extension be_array {
    /// A view of an array in a shape that fits its number of elements.
    init<Element>(_ array: Pinned<Element>, _ dtype: be_dtype, shape: [Int], of name: String) throws {
        guard shape.count <= BE_MAX_RANK else {
            throw Failure.wrongType(
                "\(name) has \(shape.count) dimensions, and a view has \(BE_MAX_RANK) at most")
        }
        self.init()
        data = UnsafeRawPointer(array.address)
        self.dtype = dtype
        rank = Int32(shape.count)
        withUnsafeMutableBytes(of: &self.shape) { bytes in
            let dimensions = bytes.assumingMemoryBound(to: Int64.self)
            for (index, size) in shape.enumerated() { dimensions[index] = Int64(size) }
        }
    }
}

/// An object's texts as C strings, valid as long as the object lives.
final class Texts: Sendable {
    private let texts = Mutex<[String: Pinned<CChar>]>([:])

    /// A string as a C string; the same pointer for each call.
    func pointer(to string: String) -> UnsafePointer<CChar>? {
        texts.withLock { texts in
            if let text = texts[string] { return text }
            let text = Pinned(Array(string.utf8CString))
            texts[string] = text
            return text
        }.address
    }
}
