import CArchive
import Glibc

/// Reads members of a `.tar.gz` one after another. Nothing is written to disk, so an unsafe archive cannot
/// create files.
enum Archive {
    /// The directory of the files in CIFAR-10's archive.
    static let directory = "cifar-10-batches-bin"

    /// Reads an archive from front to back.
    ///
    /// Members are matched by name, at the top level or in ``directory``; other regular files and
    /// directories are skipped. Links, devices, absolute paths and paths with `..` are refused.
    ///
    /// - Parameters:
    ///   - path: the archive.
    ///   - limits: the names of the wanted members, and the maximum bytes of each.
    ///   - member: is called with each wanted member's name and bytes, which are valid only during the call.
    /// - Returns: the MD5 of the archive.
    /// - Throws: ``DataError`` if the archive cannot be read, is damaged or is refused; errors of `member`.
    static func read(
        _ path: String, limits: [String: Int], member: (String, UnsafeRawBufferPointer) throws -> Void
    ) throws -> String {
        let digest = try Digest(.md5)
        let source = TarSource(try GzipFile(path, digest: digest))
        guard let archive = archive_read_new() else {
            throw DataError.unreadable(path: path, reason: "libarchive cannot start")
        }
        defer { archive_read_free(archive) }
        archive_read_support_format_tar(archive)
        try withExtendedLifetime(source) {
            let context = Unmanaged.passUnretained(source).toOpaque()
            let status = archive_read_open(
                archive, context, nil,
                { _, context, block in
                    context.map { Unmanaged<TarSource>.fromOpaque($0).takeUnretainedValue().next(block) }
                        ?? -1
                }, nil)
            if status < ARCHIVE_WARN, source.failure == nil {
                throw DataError.neitherDirectoryNorArchive(path: path)
            }
            try source.check(status, archive)
            try readMembers(of: archive, from: source, limits: limits, member)
        }
        try source.file.drain()
        return digest.finish()
    }

    private static func readMembers(
        of archive: OpaquePointer, from source: TarSource, limits: [String: Int],
        _ member: (String, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let path = source.file.path
        var seen: Set<String> = []
        while true {
            var entry: OpaquePointer?
            let status = archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return }
            try source.check(status, archive)
            guard let entry, let fullName = archive_entry_pathname(entry).map({ String(cString: $0) }) else {
                continue
            }
            try refuseUnsafe(entry, named: fullName, in: path)
            guard archive_entry_filetype(entry) & S_IFMT == S_IFREG, let name = knownName(fullName),
                let limit = limits[name]
            else { continue }
            guard seen.insert(name).inserted else { throw DataError.repeatedEntry(path: path, entry: name) }
            let size = Int(archive_entry_size(entry))
            guard 0...limit ~= size else { throw DataError.tooLarge(path: path, member: name, limit: limit) }
            let bytes = try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = archive_read_data(archive, buffer.baseAddress, size)
                if count < size {
                    let result = count < 0 ? Int32(count) : ARCHIVE_FATAL
                    count = 0
                    try source.check(result, archive)
                }
            }
            try bytes.withUnsafeBytes { try member(name, $0) }
        }
    }

    /// The last component of a member's path, if it is at the top level or in ``directory``.
    private static func knownName(_ fullName: String) -> String? {
        let parts = fullName.split(separator: "/").filter { $0 != "." }
        return switch parts.count {
        case 1: String(parts[0])
        case 2 where parts[0] == directory: String(parts[1])
        default: nil
        }
    }

    private static func refuseUnsafe(_ entry: OpaquePointer, named name: String, in path: String) throws {
        func refuse(_ reason: String) -> DataError {
            .unsafeEntry(path: path, entry: name, reason: reason)
        }
        if name.hasPrefix("/") { throw refuse("has an absolute path") }
        if name.split(separator: "/").contains("..") { throw refuse("leads out of the archive") }
        if archive_entry_hardlink(entry) != nil { throw refuse("is a link") }
        switch archive_entry_filetype(entry) & S_IFMT {
        case S_IFREG, S_IFDIR: break
        case S_IFLNK: throw refuse("is a link")
        default: throw refuse("is neither a file nor a directory")
        }
    }
}

/// Feeds decompressed bytes to libarchive and keeps errors, which a C callback cannot throw.
private final class TarSource {
    let file: GzipFile
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    private(set) var failure: (any Error)?

    init(_ file: GzipFile) { self.file = file }

    deinit { block.deallocate() }

    /// Sets the address of the next bytes and returns their count: 0 at the end, -1 on an error.
    func next(_ start: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        start?.pointee = UnsafeRawPointer(block.baseAddress)
        do {
            return try file.read(into: block)
        } catch {
            failure = error
            return -1
        }
    }

    /// Throws the error of a failed libarchive call.
    func check(_ status: Int32, _ archive: OpaquePointer) throws {
        if let failure { throw failure }
        guard status < ARCHIVE_WARN else { return }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "it ends too early"
        throw DataError.damaged(path: file.path, reason: reason)
    }
}
