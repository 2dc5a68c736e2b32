import FoundationEssentials
import Glibc
import Synchronization

/// The download of one file whose checksum is known, by default CIFAR-10's official archive.
package struct Download: Sendable {
    package var address = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    package var md5 = CIFAR10Reader.officialArchiveMD5
    /// The maximum size of the file. The archive has 170 MB; a server that sends much more does not send the archive.
    package var byteLimit = 256 << 20
    /// Seconds that ``ownTransport`` waits for the server to begin its answer.
    package var connectTimeout = 10.0
    /// Seconds that ``ownTransport`` waits for the next byte.
    package var stallTimeout = 30.0
    /// Why the network must not be used; nil if it may.
    package var offline: String?

    package init() {}

    /// Transfers one file over the network to a path and returns its MD5.
    package typealias Transport =
        @Sendable (_ download: Download, _ path: String, _ progress: ((DownloadProgress) -> Void)?) throws ->
        String

    /// The function that transfers files, ``ownTransport`` unless another is set.
    ///
    /// The Python package is built without the trait Downloads and sets its own function, because URLSession
    /// brings 30 MB of libraries.
    package static let transport = Mutex<Transport>(ownTransport)

    /// The library's own transport, by URLSession. Without the trait Downloads, it throws for every file.
    #if Downloads
        package static let ownTransport: Transport = { try Transfer($0, into: $1).run(progress: $2) }
    #else
        package static let ownTransport: Transport = { download, _, _ in
            throw DownloadError.unreachable(
                address: download.address, reason: "this build of the library cannot download")
        }
    #endif

    /// The file's path in `directory` after the download.
    func path(in directory: String) -> String {
        directory + "/" + (address.split(separator: "/").last.map(String.init) ?? "")
    }

    /// Downloads the file into `directory`, unless it is there already, and returns its path.
    ///
    /// The bytes go into a `.part` file, which is renamed when all have arrived and their checksum is right.
    /// A second download into the same directory, by another thread or process, waits for this one.
    ///
    /// - Parameter progress: is called by ``ownTransport`` about ten times a second, on the caller's thread.
    ///   Other transports do not call it.
    /// - Throws: ``DownloadError``; ``DataError/digestUnavailable(name:)``.
    package func fetch(
        into directory: String, progress: ((DownloadProgress) -> Void)? = nil
    ) throws -> String {
        guard let scheme = URL(string: address)?.scheme, ["http", "https"].contains(scheme) else {
            throw DownloadError.unreachable(address: address, reason: "it is not a web address")
        }
        let path = path(in: directory)
        if FileManager.default.fileExists(atPath: path) { return path }
        if let offline { throw DownloadError.unreachable(address: address, reason: offline) }
        let lock = try DirectoryLock(directory)
        return try withExtendedLifetime(lock) {
            if FileManager.default.fileExists(atPath: path) { return path }
            let part = path + ".part"
            defer { unlink(part) }
            let found = try Self.transport.withLock { $0 }(self, part, progress)
            guard found == md5 else {
                throw DownloadError.wrongChecksum(address: address, found: found, expected: md5)
            }
            guard Self.synchronize(part), rename(part, path) == 0 else {
                throw DownloadError.cannotWrite(path)
            }
            return path
        }
    }

    /// Flushes a file to disk. A file renamed without this may be empty after a power cut.
    private static func synchronize(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        let isOnDisk = fsync(file) == 0
        // The caller reads `errno`, which must be that of `fsync` and not of `close`.
        let problem = errno
        close(file)
        errno = problem
        return isOnDisk
    }
}

/// An exclusive lock on a directory, which is created if missing.
private final class DirectoryLock {
    private let descriptor: Int32

    init(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw DownloadError.cannotWrite(path)
        }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw DownloadError.cannotWrite(path) }
    }

    deinit { close(descriptor) }
}
