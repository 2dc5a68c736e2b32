import Glibc

/// Zeroed memory, aligned for vectors, or for huge pages if it is larger than 4 MiB.
final class AlignedMemory {
    let base: UnsafeMutableRawPointer
    let bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
        let alignment = bytes > 4 << 20 ? 2 << 20 : 128
        base = .allocate(byteCount: max(bytes, 1), alignment: alignment)
        if alignment > 128 { madvise(base, bytes, Int32(MADV_HUGEPAGE)) }
        base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit { base.deallocate() }

    var floats: UnsafeMutablePointer<Float> { base.floats }
}

extension Int {
    /// The least multiple of `unit` that is not less than this number.
    func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
