import BigEggs
import CPictures
import Foundation

/// The decoded pictures of one directory: a file of pixels, and a journal with the result for each file.
///
/// After the pixels of a batch are written, the journal gets a line for the batch, with their checksum. If a process
/// ends early, the next one therefore continues after the last complete batch. One process decodes at a time; others
/// wait for it. The file of pixels may be mapped, so it is never truncated. The pixels of a complete batch
/// are overwritten only if this batch or an earlier one has an unreadable file.
final class CacheEntry {
    /// Identifies the pictures of an entry.
    struct Header: Codable, Equatable {
        let key: String
        let imageSize: Int
        let files: Int
        /// The version of the decoder: raise it with every change of ``PictureDecoder`` that changes pixels.
        var decoder = 1
    }

    /// Files that were decoded together.
    private struct Batch: Codable {
        let files: [PictureDecoder.File]
        /// The SHA-256 of the files' pixels.
        let checksum: String
    }

    private let header: Header
    private let path: String
    private var pixels: Int32
    /// The descriptor of the journal; -1 for an entry in memory.
    private let journal: Int32
    private var batches: [Batch] = []
    /// The length of the journal in bytes, up to the last of ``batches``.
    private var journalLength = 0

    private var bytesPerImage: Int { header.imageSize * header.imageSize * 3 }

    /// Opens or creates an entry, locked by this process.
    ///
    /// - Parameter waiting: called before waiting for another process that has locked the entry.
    /// - Throws: `FileError`.
    init(_ path: String, header: Header, waiting: () -> Void) throws {
        self.path = path
        self.header = header
        var journal: Int32 = -1
        while journal < 0 {
            let file = Self.journal(path)
            let opened = try Self.open(file, O_RDWR | O_CREAT)
            if flock(opened, LOCK_EX | LOCK_NB) != 0 {
                waiting()
                while flock(opened, LOCK_EX) != 0 && errno == EINTR {}
            }
            if Self.isThere(file, opened) { journal = opened } else { close(opened) }
        }
        self.journal = journal
        // Removes a file that an earlier version of the library made.
        unlink(path)
        if let known = Self.batches(of: Self.journal(path), header) {
            // A batch with a file that could not be read is decoded again, and so are all batches after it.
            let usable = known.prefix { $0.batch.files.allSatisfy { $0.digest != nil } }
            batches = usable.map(\.batch)
            journalLength = usable.last?.end ?? 0
        } else {
            // Removed and not truncated, because another process may have mapped the old pixels.
            unlink(Self.pixels(path))
        }
        do {
            pixels = try Self.open(Self.pixels(path), O_RDWR | O_CREAT)
        } catch {
            close(journal)
            throw error
        }
    }

    /// An entry in memory, for this process alone.
    ///
    /// - Throws: `FileError`.
    init(inMemory header: Header) throws {
        self.header = header
        path = "memory"
        journal = -1
        pixels = picture_memory_file()
        guard pixels >= 0 else { throw FileError(code: errno, file: path, action: "write") }
    }

    deinit {
        close(pixels)
        if journal >= 0 { close(journal) }
    }

    /// Decodes the files that are not decoded yet.
    ///
    /// - Throws: `FileError`, `PythonError`.
    func complete(
        _ paths: [RawPath], _ decoder: PictureDecoder, _ progress: PictureCache.Progress
    ) throws -> PictureCache.Pictures {
        if journal >= 0 { try begin(progress) }
        var done = batches.reduce(0) { $0 + $1.files.count }
        if done < paths.count { progress(.init(.decoding, done, of: paths.count)) }
        let writer = BatchWriter(bytes: min(PictureDecoder.batch, paths.count) * bytesPerImage)
        // The writer's buffers must not be freed during a write.
        defer { try? writer.wait() }
        while done < paths.count {
            let range = done..<min(done + PictureDecoder.batch, paths.count)
            let part = writer.memory(range.count * bytesPerImage)
            let files = try decoder.decode(Array(paths[range]), side: header.imageSize, into: part)
            try writer.write { [self] in
                let bytes = UnsafeRawBufferPointer(part)
                let batch = Batch(files: files, checksum: try Checksum.sha256(ofBytes: bytes))
                try write(bytes, at: range.lowerBound * bytesPerImage)
                try append(batch)
                batches.append(batch)
            }
            done = range.upperBound
            progress(.init(.decoding, done, of: paths.count))
        }
        try writer.wait()
        if journal >= 0 { noteUse() }
        return PictureCache.Pictures(
            files: batches.flatMap(\.files),
            pixels: try MappedFile(pixels, count: paths.count * bytesPerImage, file: Self.pixels(path)))
    }

    /// Sets the journal's modification time, which is the time of last use for ``CacheSpace``.
    ///
    /// Called after all changes of the journal. The time is exact to the nanosecond: the file system's own clock
    /// advances in ticks of some milliseconds, and one small entry may be written and another used within one tick.
    private func noteUse() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        // In a cache that users share, only an entry's owner may set a given time; others may only set the current
        // time.
        if futimens(journal, [now, now]) != 0 { futimens(journal, nil) }
    }

    /// Verifies the batches that exist, and starts over if their pixels have changed.
    private func begin(_ progress: PictureCache.Progress) throws {
        guard try !batches.isEmpty && isIntact(progress) else {
            batches = []
            unlink(Self.pixels(path))
            let fresh = try Self.open(Self.pixels(path), O_RDWR | O_CREAT)
            close(pixels)
            pixels = fresh
            guard ftruncate(journal, 0) == 0 else { throw failure("write", Self.journal(path)) }
            return try append(header)
        }
        // Removes a line that the last process did not finish.
        guard ftruncate(journal, off_t(journalLength)) == 0 else {
            throw failure("write", Self.journal(path))
        }
    }

    /// Whether the pixels have the checksums of the journal.
    private func isIntact(_ progress: PictureCache.Progress) throws -> Bool {
        let (total, bytesPerImage) = (header.files, bytesPerImage)
        // A few batches at a time, to show progress.
        var first = 0
        for group in stride(from: 0, to: batches.count, by: 8).map({
            batches[$0..<min($0 + 8, batches.count)]
        }) {
            let starts = group.reduce(into: [first]) { $0.append(($0.last ?? 0) + $1.files.count) }
            nonisolated(unsafe) var intact = [Bool](repeating: false, count: group.count)
            let lock = NSLock()
            let (parts, pixels) = (Array(group), pixels)
            DispatchQueue.concurrentPerform(iterations: parts.count) { index in
                let found = Self.checksum(
                    pixels, at: starts[index] * bytesPerImage, count: parts[index].files.count * bytesPerImage
                )
                lock.withLock { intact[index] = found == parts[index].checksum }
            }
            guard intact.allSatisfy({ $0 }) else { return false }
            first = starts.last ?? 0
            progress(.init(.checking, first, of: total))
        }
        return first <= total
    }

    /// The SHA-256 of a part of a file; nil if it cannot be read.
    private static func checksum(_ descriptor: Int32, at start: Int, count: Int) -> String? {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { memory.deallocate() }
        var done = 0
        while done < count {
            let read = pread(
                descriptor, memory.baseAddress?.advanced(by: done), count - done, off_t(start + done))
            if read < 0 && errno == EINTR { continue }
            guard read > 0 else { return nil }
            done += read
        }
        return try? Checksum.sha256(ofBytes: UnsafeRawBufferPointer(memory))
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at start: Int) throws {
        guard lseek(pixels, off_t(start), SEEK_SET) >= 0 else { throw failure("write", Self.pixels(path)) }
        try AtomicFile.append(bytes, to: pixels, file: Self.pixels(path))
    }

    private func append(_ line: some Encodable) throws {
        guard journal >= 0 else { return }
        guard lseek(journal, 0, SEEK_END) >= 0 else { throw failure("write", Self.journal(path)) }
        try Self.line(line).withUnsafeBytes {
            try AtomicFile.append($0, to: journal, file: Self.journal(path))
        }
    }

    private func failure(_ action: String, _ file: String) -> FileError {
        FileError(code: errno, file: file, action: action)
    }

    private static func pixels(_ path: String) -> String { path + ".pixels" }
    private static func journal(_ path: String) -> String { path + ".jsonl" }

    private static func line(_ value: some Encodable) throws -> [UInt8] {
        try Record(encoding: value).compactJSON() + [UInt8(ascii: "\n")]
    }

    /// The batches of a journal up to the first invalid or incomplete line, each with the byte offset at which its line
    /// ends; nil if the journal has another header.
    private static func batches(of journal: String, _ header: Header) -> [(batch: Batch, end: Int)]? {
        // Split by bytes: an incomplete line may end within a character.
        let bytes = FileManager.default.contents(atPath: journal) ?? Data()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        func decoded<Line: Decodable>(_ line: Data) -> Line? {
            try? Record(json: String(decoding: line, as: UTF8.self)).decoded()
        }
        guard let known = lines.first, decoded(known) == header else { return nil }
        var batches: [(batch: Batch, end: Int)] = []
        for line in lines.dropFirst() {
            guard let batch: Batch = decoded(line) else { break }
            batches.append((batch, line.endIndex + 1))
        }
        return batches
    }

    /// The journal's results for the files of a directory; nil if the journal is incomplete or the files have changed.
    static func files(of path: String, header: Header) -> [PictureDecoder.File]? {
        let files = batches(of: journal(path), header)?.flatMap(\.batch.files)
        return files?.count == header.files ? files : nil
    }

    /// Removes an entry, unless a process has locked it. Mapped pixels stay valid.
    ///
    /// - Returns: whether it was removed.
    static func remove(_ path: String) -> Bool {
        let file = journal(path)
        // An earlier version of the library made a file at `path` itself.
        let others = [pixels(path), path]
        guard let journal = try? open(file, O_RDWR) else {
            for file in others { unlink(file) }
            return true
        }
        defer { close(journal) }
        guard flock(journal, LOCK_EX | LOCK_NB) == 0, isThere(file, journal) else { return false }
        for file in others + [file] { unlink(file) }
        return true
    }

    /// Whether an open file still has its name: another process may have removed it.
    private static func isThere(_ file: String, _ descriptor: Int32) -> Bool {
        var ours = stat()
        var theirs = stat()
        return fstat(descriptor, &ours) == 0 && stat(file, &theirs) == 0 && ours.st_ino == theirs.st_ino
    }

    private static func open(_ file: String, _ flags: Int32) throws -> Int32 {
        let descriptor = Glibc.open(file, flags | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(code: errno, file: file, action: "write") }
        return descriptor
    }
}

/// Writes a batch while the next is decoded: for 20,000 pictures of 128 pixels, writing takes 2 s of 12 s.
private final class BatchWriter {
    private let memory: [UnsafeMutableRawBufferPointer]
    private var turn = 0
    private let queue = DispatchQueue(label: "bigeggs.pictures")
    private var failure: (any Error)?

    /// - Parameter bytes: the size of the largest batch.
    init(bytes: Int) {
        memory = (0..<2).map { _ in .allocate(byteCount: bytes, alignment: 64) }
    }

    deinit { for buffer in memory { buffer.deallocate() } }

    /// The buffer for the next batch, which is not being written.
    func memory(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[turn][..<bytes])
    }

    /// Waits for the previous batch, then writes this one asynchronously.
    ///
    /// - Throws: the error of the previous batch.
    func write(_ body: @escaping () throws -> Void) throws {
        try wait()
        turn = 1 - turn
        nonisolated(unsafe) let (writer, body) = (self, body)
        queue.async {
            do { try body() } catch { writer.failure = error }
        }
    }

    /// Waits until everything is written.
    func wait() throws {
        queue.sync {}
        if let failure { throw failure }
    }
}
