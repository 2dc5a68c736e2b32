import BigEggs
import Foundation

/// The space in the cache directory for decoded pictures.
struct CacheSpace {
    let directory: String
    /// The maximum size of all entries, in bytes.
    let limit: Int

    /// Makes the directory.
    ///
    /// - Returns: whether files can be written there.
    private func prepare() -> Bool { limit > 0 && (try? AtomicFile.prepareDirectory(directory)) != nil }

    /// The bytes that an entry may have once all others are removed: the smaller of the limit and the space on the
    /// disk. 0 if the directory cannot be written.
    var room: Int { prepare() ? min(limit, free + entries.reduce(0) { $0 + $1.bytes }) : 0 }

    /// Removes the least recently used entries until there is room for an entry.
    ///
    /// - Returns: whether there is room.
    func makeRoom(_ needed: Int, for name: String) -> Bool {
        guard needed <= room else { return false }
        var entries = entries
        let there = entries.first { $0.name == name }?.bytes ?? 0
        entries.removeAll { $0.name == name }
        var kept = entries.reduce(0) { $0 + $1.bytes }
        for entry in entries.sorted(by: { $0.used < $1.used }) {
            if kept + needed <= limit && free + there >= needed { break }
            if CacheEntry.remove("\(directory)/\(entry.name)") { kept -= entry.bytes }
        }
        return kept + needed <= limit && free + there >= needed
    }

    /// The free bytes of the disk.
    private var free: Int {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return 0 }
        let (bytes, overflows) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: status.f_frsize))
        // Some file systems report unlimited space.
        return overflows ? 1 << 60 : min(bytes, 1 << 60)
    }

    /// The entries of the directory. An entry's name is that of its files without the extension.
    private var entries: [(name: String, bytes: Int, used: Int)] {
        var entries: [String: (bytes: Int, used: Int)] = [:]
        for file in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            var status = stat()
            guard stat("\(directory)/\(file)", &status) == 0 else { continue }
            let name = String(file.prefix { $0 != "." })
            let known = entries[name] ?? (0, 0)
            entries[name] = (
                known.bytes + Int(status.st_blocks) * 512,
                max(known.used, status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
            )
        }
        return entries.map { ($0.key, $0.value.bytes, $0.value.used) }
    }
}

/// This machine's memory.
enum Memory {
    /// The bytes that Linux estimates to be available without swapping, within the limit of a container.
    static var available: Int {
        let lines = text("/proc/meminfo").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("MemAvailable:") }
        let machine = (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
        let group = "/sys/fs/cgroup/memory."
        guard let most = Int(text(group + "max")), let current = Int(text(group + "current")) else {
            return machine
        }
        return min(machine, max(0, most - current))
    }

    private static func text(_ path: String) -> String {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(
            in: .whitespacesAndNewlines)
    }
}
