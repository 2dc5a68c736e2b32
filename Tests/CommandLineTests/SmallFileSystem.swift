import Foundation

/// A small file system in memory, unmounted with this object.
final class SmallFileSystem {
    private let directory: TemporaryDirectory
    var path: String { directory.path }

    /// Whether this process may mount a file system.
    static let canBeMounted = (try? SmallFileSystem(megabytes: 1)) != nil

    init(megabytes: Int) throws {
        directory = try TemporaryDirectory()
        try mount("-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path)
    }

    deinit { _ = try? BigEggsProgram(running: URL(fileURLWithPath: "/bin/umount"), [path]) }

    func makeReadOnly() throws { try mount("-o", "remount,ro", path) }

    func resize(megabytes: Int) throws { try mount("-o", "remount,size=\(megabytes)m", path) }

    func freeBytes() throws -> Int {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        return (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    }

    private func mount(_ arguments: String...) throws {
        struct CannotMount: Error { let reason: String }
        let run = try BigEggsProgram(running: URL(fileURLWithPath: "/bin/mount"), arguments)
        guard run.status == 0 else { throw CannotMount(reason: run.errors) }
    }
}
