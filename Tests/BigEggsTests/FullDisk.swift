import Foundation
import Testing

/// A file system of a few kilobytes in memory, mounted while `body` runs.
enum FullDisk {
    /// Whether this process may mount one.
    static let canBeMounted: Bool = (try? mounted(kilobytes: 16) { _ in }) != nil

    static func mounted<Result>(kilobytes: Int, _ body: (String) throws -> Result) throws -> Result {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else { throw CannotMount() }
        defer { umount(path) }
        return try body(path)
    }

    private struct CannotMount: Error {}
}
