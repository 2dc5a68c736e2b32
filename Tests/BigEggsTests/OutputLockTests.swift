import BigEggs
import Foundation
import Synchronization
import Testing

@Suite struct OutputLockTests {
    @Test func aSecondLockIsRefusedAndNamesTheHolder() throws {
        try withTemporaryDirectory { directory in
            let lock = try OutputLock(directory)
            let error = #expect(throws: DirectoryInUse.self) { try OutputLock(directory) }
            #expect(error?.process == getpid())
            #expect(error?.description.contains("process \(getpid()) (") == true)
            #expect(error?.description.contains(CommandLine.arguments[0]) == true)
            #expect(error?.description.contains(directory) == true)
            lock.release()
            _ = try OutputLock(directory)
        }
    }

    @Test func theLockFileIsRemovedWithTheLock() throws {
        try withTemporaryDirectory { directory in
            do {
                let lock = try OutputLock(directory)
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [".lock"])
                withExtendedLifetime(lock) {}
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test func aLockFileLeftByACrashedProcessDoesNotBlock() throws {
        try withTemporaryDirectory { directory in
            try Data("1\nsomething else\n".utf8).write(to: URL(filePath: "\(directory)/.lock"))
            let lock = try OutputLock(directory)
            #expect(throws: DirectoryInUse.self) { try OutputLock(directory) }
            lock.release()
        }
    }

    @Test func onlyPartialFilesOfACrashedProcessAreRemoved() throws {
        try withTemporaryDirectory { directory in
            let other = directory + "/records"
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
            for name in [".weights.safetensors.3w5e11264sgsf.part", "records/.01-data.json.0.part"] {
                try Data().write(to: URL(filePath: "\(directory)/\(name)"))
            }
            let kept = ["weights.safetensors", ".hidden", "mine.part", ".notes.part"]
            for name in kept { try Data().write(to: URL(filePath: "\(directory)/\(name)")) }
            let lock = try OutputLock(directory, covering: [other])
            lock.release()
            #expect(
                Set(try FileManager.default.contentsOfDirectory(atPath: directory))
                    == Set(kept + ["records"]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: other).isEmpty)
        }
    }

    /// Releasing the lock removes the file, which another thread may have opened just before.
    @Test func onlyOneThreadHoldsTheLockAtATime() throws {
        try withTemporaryDirectory { directory in
            let holders = Atomic(0)
            let taken = Atomic(0)
            let shared = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                for _ in 0..<5_000 {
                    guard let lock = try? OutputLock(directory) else { continue }
                    taken.add(1, ordering: .relaxed)
                    if holders.add(1, ordering: .sequentiallyConsistent).newValue > 1 {
                        shared.add(1, ordering: .relaxed)
                    }
                    usleep(50)
                    holders.subtract(1, ordering: .sequentiallyConsistent)
                    lock.release()
                }
            }
            #expect(taken.load(ordering: .relaxed) > 100)
            #expect(shared.load(ordering: .relaxed) == 0)
        }
    }

    @Test func aMissingDirectoryIsReported() {
        let error = #expect(throws: FileError.self) { try OutputLock("/nowhere/at/all") }
        #expect(error?.description.contains("/nowhere/at/all") == true)
    }
}
