import Glibc

/// A regular file, read from front to back.
package final class InputFile {
    let path: String
    /// The size in bytes when the file was opened.
    package let size: Int
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: ``DataError/notFound(path:)``, ``DataError/unreadable(path:reason:)``, or
    ///   ``DataError/neitherDirectoryNorArchive(path:)`` for a pipe, a device or a directory.
    convenience init(_ path: String) throws { try self.init(bytes: Array(path.utf8), named: path) }

    /// Opens a file whose path may be invalid UTF-8: `bytes` is the path, `path` its name in errors.
    package init(bytes: [UInt8], named path: String) throws {
        self.path = path
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = (bytes + [0]).withUnsafeBytes { buffer in
            buffer.baseAddress.map {
                open($0.assumingMemoryBound(to: CChar.self), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            } ?? -1
        }
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR
                ? DataError.notFound(path: path)
                : DataError.unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw DataError.neitherDirectoryNorArchive(path: path)
        }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads up to `buffer.count` bytes and returns how many; fewer only at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw DataError.unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            filled += count
        }
        return filled
    }

    /// Reads up to `size` bytes; fewer only at the end of the file.
    package func readAll(_ size: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = try read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}
