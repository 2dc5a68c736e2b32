import Glibc

/// The right to write to a directory, held by one process at a time.
///
/// ```swift
/// let lock = try OutputLock("runs/train")
/// defer { lock.release() }
/// ```
///
/// It is a lock of the kernel's on the file `.lock` in the directory. The kernel frees it when the process
/// ends, however it ends: the file may then stay behind and keeps nobody out.
public final class OutputLock {
    /// The directory.
    public let directory: String

    /// The locked file; -1 where there is none. A child that is given it keeps the directory locked until it
    /// ends, even if this process is killed.
    package private(set) var descriptor: Int32 = -1
    private var file: String { "\(directory)/.lock" }

    /// Locks a directory, which must exist, and removes what a crashed process left half-written in it.
    ///
    /// - Parameters:
    ///   - directory: its path.
    ///   - others: other directories that only a holder of this lock writes to.
    ///   - sharingWithParent: whether a lock that the parent process holds, or one before it, is as good as one's own: for
    ///     a program that is started by another to do a part of its work.
    /// - Throws: ``DirectoryInUse`` if another process holds it, ``FileError`` if the directory cannot be
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
            // Whoever held it before may have removed the file after we opened it.
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

    /// Lets others write to the directory, and leaves no file behind.
    public func release() {
        guard descriptor >= 0 else { return }
        unlink(file)
        close(descriptor)
        descriptor = -1
    }

    /// Whether a process has started this one, or one that did: a launcher may stand between them.
    private static func isAncestor(_ process: Int32) -> Bool {
        var ancestor = getppid()
        while ancestor > 1 {
            if ancestor == process { return true }
            // "pid (name) state parent …", and a name may have any sign in it.
            guard let bytes = try? bytes(ofFile: "/proc/\(ancestor)/stat"),
                let rest = String(decoding: bytes, as: UTF8.self).split(separator: ")").last,
                let parent = rest.split(separator: " ").dropFirst().first.flatMap({ Int32($0) })
            else { return false }
            ancestor = parent
        }
        return false
    }

    /// Who holds a lock, from what it wrote into the file; a process that has just begun may not have
    /// written yet.
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
    /// The process that holds it, where it has said so.
    public let process: Int32?
    /// Its command.
    public let command: String

    public var description: String {
        let holder = process.map { "process \($0) (\(command))" } ?? "another process"
        return "\(holder) is writing to \(directory): wait for its end, or write elsewhere"
    }
}
