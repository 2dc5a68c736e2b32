import CZlib

/// A gzip file, decompressed from front to back.
///
/// zlib verifies the checksum at the end of the stream; libarchive's gzip filter does not. Without this check, a
/// flipped bit in the middle would silently become a wrong pixel.
final class GzipFile {
    private let file: InputFile
    private let digest: Digest?
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var ended = false
    /// The number of decompressed bytes still allowed. The official archive unpacks to 184 MB; gzip can
    /// expand a crafted file about a thousandfold.
    private var allowance = GzipFile.limit
    static let limit = 1 << 29

    var path: String { file.path }

    /// Opens a file and reads its first bytes.
    ///
    /// - Parameter digest: receives the compressed bytes as they are read; see ``drain()``.
    /// - Throws: ``DataError/neitherDirectoryNorArchive(path:)`` if it is not a gzip file;
    ///   ``DataError/unreadable(path:reason:)`` if zlib cannot start; errors of ``InputFile``.
    init(_ path: String, digest: Digest? = nil) throws {
        file = try InputFile(path)
        self.digest = digest
        // zlib keeps the address of its stream, so this address must not change.
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: 1 << 18, alignment: 64)
        let gzipOnly: Int32 = 16 + MAX_WBITS
        guard inflateInit2_(stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DataError.unreadable(path: path, reason: "zlib cannot start")
        }
        try fill()
        guard stream.pointee.avail_in >= 2, input[0] == 0x1f, input[1] == 0x8b else {
            throw DataError.neitherDirectoryNorArchive(path: path)
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Decompresses up to `buffer.count` bytes and returns how many; fewer only at the end.
    ///
    /// - Throws: ``DataError/damaged(path:reason:)`` if the stream is truncated, invalid or does not match
    ///   its checksum; ``DataError/unpacksToTooMuch(path:limit:)``; ``DataError/unreadable(path:reason:)`` if
    ///   the file cannot be read.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let start = buffer.bindMemory(to: UInt8.self).baseAddress else { return 0 }
        stream.pointee.next_out = start
        stream.pointee.avail_out = UInt32(buffer.count)
        while stream.pointee.avail_out > 0, !ended {
            if stream.pointee.avail_in == 0 {
                try fill()
                guard stream.pointee.avail_in > 0 else {
                    throw DataError.damaged(path: path, reason: "it is cut off after \(file.size) bytes")
                }
            }
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_OK: continue
            case Z_STREAM_END: ended = try !nextStream()
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "it does not decompress"
                throw DataError.damaged(path: path, reason: reason)
            }
        }
        let count = buffer.count - Int(stream.pointee.avail_out)
        allowance -= count
        guard allowance >= 0 else { throw DataError.unpacksToTooMuch(path: path, limit: Self.limit) }
        return count
    }

    /// Reads the rest, so that the checksum is verified and the digest covers the whole file.
    ///
    /// - Returns: the number of decompressed bytes that were left.
    /// - Throws: errors of ``read(into:)``.
    @discardableResult func drain() throws -> Int {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
        defer { block.deallocate() }
        var left = 0
        while true {
            let count = try read(into: block)
            if count == 0 { break }
            left += count
        }
        repeat { try fill() } while stream.pointee.avail_in > 0
        return left
    }

    private func fill() throws {
        let count = try file.read(into: input)
        digest?.update(UnsafeRawBufferPointer(rebasing: input[..<count]))
        stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_in = UInt32(count)
    }

    /// Starts the next stream, if there is one: a gzip file may hold several in a row.
    ///
    /// Trailing bytes that do not begin like a stream, with 0x1f, are ignored. gzip ignores them too, but
    /// warns unless they are zeros.
    private func nextStream() throws -> Bool {
        if stream.pointee.avail_in == 0 { try fill() }
        guard stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0x1f else { return false }
        return inflateReset(stream) == Z_OK
    }
}
