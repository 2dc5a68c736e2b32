import Glibc
import Synchronization

/// A memory-mapped file: read from disk on first use, dropped by the system when it needs the memory.
package final class MappedFile: @unchecked Sendable {
    /// The bytes. Nothing may shorten the file while they are in use.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// The number of bytes read since pages were last returned to the system.
    private let used = Atomic(0)

    /// The number of bytes read after which pages are returned to the system. With each page read, the kernel
    /// also maps up to seven pages around it: after reads of 64 MB, in images of 49 kB, 450 MB were mapped.
    private static let kept = 16 << 20

    /// Maps the first `count` bytes of an open file, which may be closed afterwards.
    ///
    /// - Throws: ``FileError``, which names `file`.
    package init(_ descriptor: Int32, count: Int, file: String) throws {
        guard count > 0 else {
            bytes = UnsafeBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED
        else {
            throw FileError(code: errno, file: file, action: "read")
        }
        bytes = UnsafeBufferPointer(start: address.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Counts bytes read, and returns all pages to the system after every ``kept`` bytes. The pages stay in
    /// the page cache while it has room, but no longer count as this process's memory.
    func note(used count: Int) {
        guard used.add(count, ordering: .relaxed).newValue > Self.kept else { return }
        used.store(0, ordering: .relaxed)
        madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
    }
}

/// Images in a file, in any order.
struct MappedImages: Sendable {
    let file: MappedFile
    /// The number of bytes of one image.
    let bytesPerImage: Int
    /// For each image, its index in the file.
    let places: [Int32]

    /// The bytes of an image.
    subscript(image: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(places[image]) * bytesPerImage
        return UnsafeBufferPointer(rebasing: file.bytes[start..<start + bytesPerImage])
    }

    /// The images of a range.
    func images(_ range: Range<Int>) -> MappedImages {
        MappedImages(file: file, bytesPerImage: bytesPerImage, places: Array(places[range]))
    }

    /// All images' bytes, one image after another.
    var asBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: places.count * bytesPerImage) { buffer, count in
            for image in places.indices {
                _ = buffer[(image * bytesPerImage)...].initialize(fromContentsOf: self[image])
            }
            count = places.count * bytesPerImage
        }
    }
}
