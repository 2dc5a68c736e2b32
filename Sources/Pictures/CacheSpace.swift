import BigEggs
import Foundation

/// The room that a directory has for decoded pictures.
struct CacheSpace {
    let directory: String
    /// The most bytes of all entries.
    let limit: Int

    /// Makes the directory.
    ///
    /// - Returns: whether files can be written there.
    func prepare() -> Bool { limit > 0 && (try? AtomicFile.prepareDirectory(directory)) != nil }

    /// The bytes that an entry may have: what is allowed, and what the disk has, when others have been removed.
    var room: Int { min(limit, free + entries.reduce(0) { $0 + $1.bytes }) }

    /// Removes the entries that were not used for longest, until there is room for one.
    ///
    /// - Returns: whether there is.
    func makeRoom(_ needed: Int, for name: String) -> Bool {
        guard needed <= room else { return false }
        var entries = entries
        let there = entries.first { $0.name == name }?.bytes ?? 0
        entries.removeAll { $0.name == name }
        entries.sort { $0.used < $1.used }
        var kept = entries.reduce(0) { $0 + $1.bytes }
        while kept + needed > limit || free + there < needed {
            guard !entries.isEmpty else { return false }
            let oldest = entries.removeFirst()
            CacheEntry.remove("\(directory)/\(oldest.name)")
            kept -= oldest.bytes
        }
        return true
    }

    /// The bytes that the disk has left.
    private var free: Int {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return 0 }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// What is in the directory: names without what follows the dot.
    private var entries: [(name: String, bytes: Int, used: Int)] {
        var entries: [String: (bytes: Int, used: Int)] = [:]
        for file in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            var status = stat()
            guard stat("\(directory)/\(file)", &status) == 0 else { continue }
            let name = String(file.prefix { $0 != "." })
            let known = entries[name] ?? (0, 0)
            entries[name] = (
                known.bytes + Int(status.st_blocks) * 512, max(known.used, status.st_mtim.tv_sec)
            )
        }
        return entries.map { ($0.key, $0.value.bytes, $0.value.used) }
    }
}

/// This machine's memory.
enum Memory {
    /// The bytes that programs can have without others being paged out, as Linux estimates it.
    static var available: Int {
        let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n")
        let line = lines?.first { $0.hasPrefix("MemAvailable:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
