import FoundationEssentials
import Glibc

/// Atomic writes of files.
///
/// The bytes go to a temporary file in the same directory, which is flushed to disk and then renamed. After a
/// crash, a full disk or a power cut there is the old file or the new one, never a partial one.
public enum AtomicFile {
    /// Writes a text in UTF-8.
    ///
    /// - Throws: ``FileError``; a file at `path` is then unchanged.
    public static func write(_ text: String, to path: String) throws {
        try write([Array(text.utf8)], to: path)
    }

    /// Writes pieces of bytes, one after the other.
    ///
    /// - Throws: ``FileError``; a file at `path` is then unchanged.
    public static func write(_ pieces: [[UInt8]], to path: String) throws {
        try write(to: path) { append in
            for piece in pieces { try piece.withUnsafeBytes { try append($0) } }
        }
    }

    /// Writes the bytes that `body` appends.
    ///
    /// - Parameters:
    ///   - path: the file to create or replace; a replaced file keeps its permissions.
    ///   - body: is called with a function that appends bytes.
    /// - Throws: ``FileError``, or errors of `body`; a file at `path` is then unchanged.
    public static func write(
        to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        func failure() -> FileError { FileError(code: errno, file: path, action: "write") }
        var existing = stat()
        let replaces = stat(path, &existing) == 0
        if replaces && existing.st_mode & S_IFMT == S_IFDIR { throw FileError.isDirectory(file: path) }

        let temporary = temporaryName(beside: path)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure() }
        var isOpen = true
        do {
            if replaces { fchmod(descriptor, existing.st_mode & 0o7777) }
            try body { try append($0, to: descriptor, file: path) }
            guard fsync(descriptor) == 0 else { throw failure() }
            isOpen = false
            guard close(descriptor) == 0 else { throw failure() }
            guard rename(temporary, path) == 0 else { throw failure() }
        } catch {
            if isOpen { close(descriptor) }
            unlink(temporary)
            throw error
        }
        synchronizeDirectory(of: path)
    }

    /// Writes all bytes to an open file.
    ///
    /// - Throws: ``FileError`` that names `file`.
    package static func append(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, file: String
    ) throws {
        try FileSizeSignal.withheld {
            var remaining = bytes
            while let base = remaining.baseAddress, remaining.count > 0 {
                let written = Glibc.write(descriptor, base, remaining.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    throw FileError(code: errno, file: file, action: "write")
                }
                remaining = UnsafeRawBufferPointer(rebasing: remaining[written...])
            }
        }
    }

    /// Creates a directory and its parents, if missing.
    ///
    /// - Throws: ``FileError`` that names `action` and the directory that could not be created.
    static func createDirectory(_ directory: String, action: String) throws {
        let ends =
            directory.indices.filter { directory[$0] == "/" && $0 > directory.startIndex } + [
                directory.endIndex
            ]
        for end in ends {
            let path = String(directory[..<end])
            guard mkdir(path, 0o777) != 0 else { continue }
            let code = errno
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                // A file is in the way, or a part of the path cannot be created.
                throw FileError(code: code == EEXIST ? ENOTDIR : code, file: path, action: action)
            }
        }
    }

    /// Creates a directory if missing, and checks that files can be created in it. Call it at the start, so that hours
    /// of work are not lost.
    ///
    /// - Throws: ``FileError`` that names the directory.
    public static func prepareDirectory(_ directory: String) throws {
        try createDirectory(directory, action: "write")
        let temporary = temporaryName(beside: directory + "/bigeggs")
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(code: errno, file: directory, action: "write") }
        close(descriptor)
        unlink(temporary)
    }

    /// Removes temporary files of processes that were killed while writing.
    ///
    /// Call it only while this process holds an ``OutputLock`` that covers the directory. Otherwise it could
    /// remove temporary files that another process is still writing.
    static func removeRemains(in directory: String) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return }
        for name in names where name.wholeMatch(of: /\..+\.[0-9a-z]{1,13}\.part/) != nil {
            unlink("\(directory)/\(name)")
        }
    }

    /// Drops a written file from the page cache, so that the next read comes from disk.
    static func forgetCached(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        close(descriptor)
    }

    private static func temporaryName(beside path: String) -> String {
        let mark = String(UInt64.random(in: 0 ... .max), radix: 36)
        guard let slash = path.lastIndex(of: "/") else { return ".\(path).\(mark).part" }
        return "\(path[...slash]).\(path[path.index(after: slash)...]).\(mark).part"
    }

    /// Flushes the new name to disk. Not every file system can do this; the file's contents are on disk in either case.
    private static func synchronizeDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// The maximum size in bytes of a file of weights, a checkpoint or a record. Without a limit, a sparse file of any size
/// could exhaust the memory.
private let largestFile = 4 << 30

/// Reads a whole file.
///
/// - Throws: ``FileError``.
func bytes(ofFile path: String) throws -> [UInt8] {
    func failure() -> FileError { FileError(code: errno, file: path, action: "read") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure() }
    func tooLarge() -> FileError { FileError.tooLarge(file: path, limit: largestFile) }
    guard status.st_size <= largestFile else { throw tooLarge() }
    var contents: [UInt8] = []
    contents.reserveCapacity(Int(status.st_size) + 1)
    // A pipe has no size, and a file may grow: read until the end.
    let chunk = max(1 << 16, Int(status.st_size) + 1)
    while true {
        let before = contents.count
        contents.append(contentsOf: repeatElement(0, count: chunk))
        let count = contents.withUnsafeMutableBytes { buffer in
            Glibc.read(descriptor, buffer.baseAddress?.advanced(by: before), chunk)
        }
        guard count >= 0 || errno == EINTR else { throw failure() }
        contents.removeLast(chunk - max(count, 0))
        if count == 0 { return contents }
        guard contents.count <= largestFile else { throw tooLarge() }
    }
}
