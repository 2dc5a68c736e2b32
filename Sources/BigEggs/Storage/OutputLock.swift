import Glibc

/// An exclusive lock for writing to a directory, held by one process at a time.
///
/// ```swift
/// let lock = try OutputLock("runs/train")
/// defer { lock.release() }
/// ```
///
/// It is a kernel lock (`flock`) on the file `.lock` in the directory. The kernel releases it when the process
/// ends, even in a crash. A leftover file does not block other processes.
public final class OutputLock {
    /// The directory.
    public let directory: String

    /// The descriptor of the locked file; -1 if there is none. A child process that inherits it keeps the
    /// directory locked until the child ends, even if this process is killed.
    package private(set) var descriptor: Int32 = -1
    private var file: String { "\(directory)/.lock" }

    /// Locks a directory, which must exist, and removes partial files of crashed processes from it.
    ///
    /// - Parameters:
    ///   - directory: its path.
    ///   - others: other directories that only the holder of this lock writes to; partial files are removed
    ///     from them too.
    ///   - sharingWithParent: whether a lock held by the parent process or another ancestor suffices. This is for a
    ///     program that does a part of its parent's work.
    /// - Throws: ``DirectoryInUse`` if another process holds the lock, ``FileError`` if the directory cannot be
    ///   written.
    public init(
        _ directory: String, covering others: [String] = [], sharingWithParent: Bool = false
    ) throws {
        self.directory = directory
        while descriptor < 0 {
            let opened = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            guard opened >= 0 else { throw FileError(code: errno, file: file, action: "write") }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                let reason = errno
                defer { close(opened) }
                guard reason == EWOULDBLOCK else {
                    throw FileError(code: reason, file: file, action: "lock")
                }
                let holder = OutputLock.holder(file)
                if sharingWithParent, let process = holder.process, OutputLock.isAncestor(process) { return }
                throw DirectoryInUse(directory: directory, process: holder.process, command: holder.command)
            }
            // The previous holder may have removed the file after we opened it.
            var ours = stat()
            var theirs = stat()
            if fstat(opened, &ours) == 0, stat(file, &theirs) == 0, ours.st_ino == theirs.st_ino {
                descriptor = opened
            } else {
                close(opened)
            }
        }
        let command = CommandLine.arguments.joined(separator: " ")
        ftruncate(descriptor, 0)
        try Array("\(getpid())\n\(command)\n".utf8).withUnsafeBytes {
            try AtomicFile.append($0, to: descriptor, file: file)
        }
        for directory in [directory] + others { AtomicFile.removeRemains(in: directory) }
    }

    deinit { release() }

    /// Releases the lock and removes its file.
    public func release() {
        guard descriptor >= 0 else { return }
        unlink(file)
        close(descriptor)
        descriptor = -1
    }

    /// Whether a process is an ancestor of this one; a launcher may be between them.
    private static func isAncestor(_ process: Int32) -> Bool {
        var ancestor = getppid()
        while ancestor > 1 {
            if ancestor == process { return true }
            // "pid (name) state parent …"; the name may contain any character.
            guard let bytes = try? bytes(ofFile: "/proc/\(ancestor)/stat"),
                let rest = String(decoding: bytes, as: UTF8.self).split(separator: ")").last,
                let parent = rest.split(separator: " ").dropFirst().first.flatMap({ Int32($0) })
            else { return false }
            ancestor = parent
        }
        return false
    }

    /// The holder of a lock, read from the lock file. A holder that has only just locked the file may not
    /// have written to it yet.
    private static func holder(_ file: String) -> (process: Int32?, command: String) {
        let lines = (try? bytes(ofFile: file)).map { String(decoding: $0, as: UTF8.self) }?.lines
        return (
            lines?.first.flatMap { Int32($0) },
            lines?.dropFirst().first.map { $0.trimmed } ?? ""
        )
    }
}

/// Another process writes to a directory.
public struct DirectoryInUse: Error, Equatable, CustomStringConvertible {
    /// The directory.
    public let directory: String
    /// The ID of the process that holds the lock, if known.
    public let process: Int32?
    /// The command of that process.
    public let command: String

    public var description: String {
        let holder = process.map { "process \($0) (\(command))" } ?? "another process"
        return "\(holder) is writing to \(directory): wait until it ends, or write elsewhere"
    }
}
