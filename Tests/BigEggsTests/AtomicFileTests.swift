import BigEggs
import Foundation
import Testing

@Suite struct AtomicFileTests {
    private struct Interruption: Error {}

    @Test func aFileIsCreatedAndReplaced() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/notes.txt"
            try AtomicFile.write("first, and longer", to: path)
            try AtomicFile.write("second", to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["notes.txt"])
        }
    }

    @Test func aFailedWriteLeavesOnlyTheOldFile() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/notes.txt"
            try AtomicFile.write("old", to: path)
            #expect(throws: Interruption.self) {
                try AtomicFile.write(to: path) { append in
                    try Array("half of the".utf8).withUnsafeBytes { try append($0) }
                    throw Interruption()
                }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["notes.txt"])
        }
    }

    @Test func aReplacedFileKeepsItsPermissions() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/notes.txt"
            try AtomicFile.write("old", to: path)
            #expect(chmod(path, 0o640) == 0)
            try AtomicFile.write("new", to: path)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o640)
        }
    }

    @Test func aMissingDirectoryIsReported() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/missing/notes.txt"
            #expect(throws: FileError.directoryMissing(file: path)) {
                try AtomicFile.write("text", to: path)
            }
        }
    }

    @Test func aDirectoryIsNotReplaced() throws {
        try withTemporaryDirectory { directory in
            _ = #expect(throws: FileError.isDirectory(file: directory)) {
                try AtomicFile.write("text", to: directory)
            }
        }
    }

    @Test func aFullDiskIsReported() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let error = #expect(throws: FileError.diskFull(file: "weights.safetensors")) {
            try [UInt8](repeating: 0, count: 10).withUnsafeBytes {
                try AtomicFile.append($0, to: full, file: "weights.safetensors")
            }
        }
        #expect(error?.description.contains("disk is full") == true)
    }

    /// The limit applies to the whole process, so it is far above the file sizes of the other tests.
    @Test func exceedingTheFileSizeLimitThrowsInsteadOfEndingTheProcess() throws {
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
        var before = rlimit()
        try #require(getrlimit(resource, &before) == 0)
        var limit = before
        limit.rlim_cur = 8 << 30
        try #require(setrlimit(resource, &limit) == 0)
        defer { setrlimit(resource, &before) }
        // The test runner's threads block SIGXFSZ; the threads of ordinary programs do not.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGXFSZ)
        var mask = sigset_t()
        pthread_sigmask(SIG_UNBLOCK, &signals, &mask)
        defer { pthread_sigmask(SIG_SETMASK, &mask, nil) }
        try withTemporaryDirectory { directory in
            let path = directory + "/sparse"
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
            defer { close(descriptor) }
            try #require(lseek(descriptor, 8 << 30, SEEK_SET) == 8 << 30)
            _ = #expect(throws: FileError.sizeLimit(file: path)) {
                try [1, 2, 3].withUnsafeBytes { try AtomicFile.append($0, to: descriptor, file: path) }
            }
        }
    }

    @Test func anUnwritableDirectoryIsReported() throws {
        try withTemporaryDirectory { directory in
            try AtomicFile.prepareDirectory(directory + "/deep/inside")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/deep/inside") == [])
            #expect(chmod(directory, 0o555) == 0)
            defer { chmod(directory, 0o755) }
            withoutPrivileges {
                _ = #expect(throws: FileError.permissionDenied(file: directory, action: "write")) {
                    try AtomicFile.prepareDirectory(directory)
                }
                let path = directory + "/notes.txt"
                _ = #expect(throws: FileError.permissionDenied(file: path, action: "write")) {
                    try AtomicFile.write("text", to: path)
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["deep"])
        }
    }

    /// Such a link may lead to runs on another disk.
    @Test func aLinkToADirectoryIsFollowed() throws {
        try withTemporaryDirectory { directory in
            try AtomicFile.prepareDirectory(directory + "/real")
            let link = directory + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
            try AtomicFile.prepareDirectory(link)
            try AtomicFile.write("text", to: link + "/notes.txt")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/real") == ["notes.txt"])
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real")
        }
    }

    /// The file is sparse: it takes no disk space, but reading it would fill the memory.
    @Test func aFileAboveTheSizeLimitIsRefusedWithoutBeingRead() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/weights.safetensors"
            try Data().write(to: URL(filePath: path))
            try #require(truncate(path, 5 << 30) == 0)
            let refused = FileError.tooLarge(file: path, limit: 4 << 30)
            #expect(throws: refused) { try Safetensors.read(path) }
            #expect(throws: refused) { try Record.read(path) }
        }
    }

    /// Not even the superuser can create files in /sys.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel")))
    func deniedPermissionIsReported() {
        #expect(throws: FileError.permissionDenied(file: "/sys/kernel/notes.txt", action: "write")) {
            try AtomicFile.write("text", to: "/sys/kernel/notes.txt")
        }
    }
}
