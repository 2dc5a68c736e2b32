import Glibc
import Synchronization

/// The bytes of a file, read from the disk when they are first used, and dropped by the system when it needs the memory.
package final class MappedFile: @unchecked Sendable {
    /// The bytes. Nothing may shorten the file while they are in use.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// The bytes that were used since pages were last returned.
    private let used = Atomic(0)

    /// The bytes after which pages are returned. Around each that is used the kernel gives up to seven others: 450 MB after
    /// 64 MB of images of 49 kB.
    private static let kept = 16 << 20

    /// Maps the first `count` bytes of an open file, which may be closed afterwards.
    ///
    /// - Throws: ``FileError`` in the name of `file`.
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

    /// Notes that so many bytes were used, and from time to time returns the pages to the system. It has them at hand for as
    /// long as it has memory for files; this process no longer counts as having them.
    func note(used count: Int) {
        guard used.add(count, ordering: .relaxed).newValue > Self.kept else { return }
        used.store(0, ordering: .relaxed)
        madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
    }
}

/// Images in a file, in an order of their own.
struct MappedImages: Sendable {
    let file: MappedFile
    /// The bytes of one image.
    let bytesPerImage: Int
    /// Where each image is in the file, counted in images.
    let places: [Int32]

    /// The address of an image.
    subscript(image: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(places[image]) * bytesPerImage
        return UnsafeBufferPointer(rebasing: file.bytes[start..<start + bytesPerImage])
    }

    /// Some of the images.
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
