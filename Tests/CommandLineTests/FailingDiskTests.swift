import BigEggs
import Foundation
import Testing

/// Training on a failing disk, which strace simulates, and the order in which a training writes.
@Suite(.enabled(if: SystemCalls.canBeTraced, "strace is not here, or may not be used"))
struct FailingDiskTests {
    private let data: TinyCIFAR10
    private let out: String

    init() throws {
        data = try TinyCIFAR10()
        out = data.path + "/out"
    }

    /// Runs `bigeggs train`, under strace if options for it are given.
    private func train(_ strace: [String] = [], epochs: Int = 2, _ more: String...) throws -> BigEggsProgram {
        let program = BigEggsProgram.url.path
        let arguments =
            ["train", "--data", data.path, "--limit", "64", "--epochs", "\(epochs)", "--out", out] + more
        guard !strace.isEmpty else {
            return try BigEggsProgram(running: BigEggsProgram.url, arguments)
        }
        return try BigEggsProgram(
            running: URL(filePath: "/usr/bin/strace"), ["-f", "-qq"] + strace + [program] + arguments)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: out).sorted()
    }

    /// The checkpoint after the first epoch is written, but cannot be read back.
    @Test func anUnreadableNewCheckpointIsDroppedAndThePreviousOneKept() throws {
        let second = out + "/checkpoint-0002.safetensors"
        let run = try train(["-o", "/dev/null", "-P", second, "-e", "inject=read:error=EIO"])
        #expect(run.status == 1)
        #expect(run.errors.contains("\(second) could not be read back after writing"), "\(run.errors)")
        #expect(run.errors.contains("the checkpoint before it is kept"))
        #expect(try names() == ["checkpoint-0001.safetensors"])
        let resumed = try train(epochs: 1, "--resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("going on from \(out)/checkpoint-0001.safetensors"))
    }

    /// The first checkpoint takes two calls of fsync, for its file and the directory. The third call is for
    /// the second checkpoint's file.
    @Test func aFailedFlushLeavesNoNewCheckpoint() throws {
        let run = try train(["-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=3"])
        #expect(run.status == 1)
        #expect(
            run.errors.contains("cannot write \(out)/checkpoint-0002.safetensors: Input/output error"),
            "\(run.errors)")
        #expect(try names() == ["checkpoint-0001.safetensors"])
    }

    @Test func aFailedRenameLeavesNoNewCheckpoint() throws {
        let run = try train(["-o", "/dev/null", "-e", "inject=rename:error=ENOSPC:when=2"])
        #expect(run.status == 1)
        #expect(
            run.errors.contains("cannot write \(out)/checkpoint-0002.safetensors: the disk is full"),
            "\(run.errors)")
        #expect(try names() == ["checkpoint-0001.safetensors"])
    }

    /// The file is flushed and renamed, its directory is flushed, the file is read, and then the oldest
    /// checkpoint is removed.
    @Test func aCheckpointIsFlushedAndReadBackBeforeAnOlderOneIsRemoved() throws {
        let log = data.path + "/calls"
        let run = try train([
            "-y", "-s", "4096", "-o", log, "-e", "trace=openat,fsync,rename,unlink", "-e", "signal=none",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let part = "\(out)/.checkpoint-0003.safetensors."
        var rest = calls[...]
        func expect(_ what: String, _ isNext: (Substring) -> Bool) {
            guard let next = rest.firstIndex(where: isNext) else {
                Issue.record("no \(what) where it should be")
                return
            }
            rest = rest[(next + 1)...]
        }
        let third = "\"\(out)/checkpoint-0003.safetensors\""
        expect("temporary file") { $0.contains("openat(") && $0.contains(part) && $0.contains("O_EXCL") }
        expect("flush of the file") { $0.contains(" fsync(") && $0.contains(part) }
        expect("renaming") { $0.contains(" rename(") && $0.contains(part) && $0.contains(third) }
        expect("flush of the directory") { $0.contains(" fsync(") && $0.contains("<\(out)>") }
        expect("reading") { $0.contains(" openat(") && $0.contains(third) && $0.contains("O_RDONLY") }
        expect("removal of the first") {
            $0.contains(" unlink(\"\(out)/checkpoint-0001.safetensors\"")
        }
    }
}
