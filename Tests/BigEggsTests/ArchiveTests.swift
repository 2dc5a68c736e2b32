import BigEggs
import Foundation
import Testing

@Suite struct ArchiveTests {
    @Test func checksumIsThatOfTheArchive() throws {
        let archive = try SmallArchive()
        let sum = try archive.directory.run("/usr/bin/md5sum", archive.path).prefix(32)
        let provenance = try archive.load().provenance
        #expect(provenance.checksum == "md5:" + sum)
        #expect(provenance.file == "small.tar.gz")
        #expect(!provenance.isOfficial)
    }

    @Test func dotPrefixAndForeignFilesAreTolerated() throws {
        let archive = try SmallArchive(of: "./cifar-10-batches-bin") {
            try $0.write(Array("<html>".utf8), to: "cifar-10-batches-bin/readme.html")
            try $0.write([1, 2, 3], to: "cifar-10-batches-bin/deeper/data_batch_2.bin")
        }
        #expect(try archive.load().train.labels.values == [3, 9, 0])
    }

    @Test func batchesMayBeAtTheTopLevelOfTheArchive() throws {
        let archive = try SmallArchive(of: "-C cifar-10-batches-bin .")
        #expect(try archive.load().train.labels.values == [3, 9, 0])
    }

    /// Entries that would be unsafe to unpack to disk are refused, although BigEggs unpacks nothing to disk.
    @Test(arguments: [
        ("ln -s /etc/passwd cifar-10-batches-bin/data_batch_2.bin", "", "is a link"),
        ("ln cifar-10-batches-bin/test_batch.bin cifar-10-batches-bin/again.bin", "", "is a link"),
        ("mkfifo cifar-10-batches-bin/pipe", "", "is neither a file nor a directory"),
        ("true", "--transform=s,test_batch,../../test_batch,", "leads out of the archive"),
        ("true", "--transform=s,^cifar,/cifar,", "has an absolute path"),
    ])
    func dangerousEntryIsRefused(preparation: String, options: String, reason: String) throws {
        let archive = try SmallArchive(options: options) { try $0.run("/bin/sh", "-c", preparation) }
        let error = try #require(throws: DataError.self) { try archive.load() }
        guard case .unsafeEntry(archive.path, _, reason) = error else {
            Issue.record(error)
            return
        }
    }

    @Test func repeatedMemberIsRefused() throws {
        let archive = try SmallArchive(
            of: "cifar-10-batches-bin cifar-10-batches-bin/./test_batch.bin", options: "--hard-dereference")
        #expect(throws: DataError.repeatedEntry(path: archive.path, entry: "test_batch.bin")) {
            try archive.load()
        }
    }

    @Test func memberThatUnpacksToTooMuchIsRefused() throws {
        let archive = try SmallArchive {
            try $0.run("/usr/bin/truncate", "-s", "200M", "cifar-10-batches-bin/test_batch.bin")
        }
        let expected = DataError.tooLarge(path: archive.path, member: "test_batch.bin", limit: 30_730_000)
        #expect(throws: expected) { try archive.load() }
    }

    /// A few kilobytes that unpack to 640 MB, in a member that is not needed.
    @Test func archiveThatUnpacksToTooMuchIsRefused() throws {
        let archive = try SmallArchive {
            try $0.run(
                "/bin/sh", "-c",
                """
                truncate -s 640M large
                tar -cf - large | head -c 512 | gzip > bomb.tar.gz
                truncate -s 64M zeros
                gzip zeros
                for i in 0 1 2 3 4 5 6 7 8 9; do cat zeros.gz; done >> bomb.tar.gz
                """)
        }
        let bomb = archive.directory.path + "/bomb.tar.gz"
        #expect(throws: DataError.unpacksToTooMuch(path: bomb, limit: 512 << 20)) {
            try DataSource.path(bomb).load()
        }
    }

    /// The archive is cut in the first header, in a member's data, and in the checksum at the end.
    @Test(arguments: [20, 500, -3])
    func truncatedArchiveIsRefused(length: Int) throws {
        let archive = try SmallArchive()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive.path)))
        let rest = length > 0 ? bytes.prefix(length) : bytes.dropLast(-length)
        let cut = try archive.directory.write(Array(rest), to: "cut.tar.gz")
        #expect(throws: DataError.damaged(path: cut, reason: "it is cut off after \(rest.count) bytes")) {
            try DataSource.path(cut).load()
        }
    }

    /// Random pixels are stored uncompressed, so that only the checksum at the end shows the flipped bit.
    @Test func flippedBitInAPixelIsNoticed() throws {
        let archive = try SmallArchive {
            let pixels = (0..<10 * 3073).map { $0 % 3073 == 0 ? 4 : UInt8.random(in: 0...255) }
            try $0.write(pixels, to: "cifar-10-batches-bin/data_batch_2.bin")
        }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive.path)))
        bytes[bytes.count / 2] ^= 1
        let damaged = try archive.directory.write(bytes, to: "damaged.tar.gz")
        #expect(throws: DataError.damaged(path: damaged, reason: "incorrect data check")) {
            try DataSource.path(damaged).load()
        }
    }

    /// The padding is longer than one block of reading, and the damage is in the checksum after it.
    @Test func damageAfterTheLastMemberIsDetected() throws {
        let archive = try SmallArchive(options: "-b 2048")
        _ = try archive.load()
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: archive.path)))
        bytes[bytes.count - 8] ^= 1
        let damaged = try archive.directory.write(bytes, to: "damaged.tar.gz")
        #expect(throws: DataError.damaged(path: damaged, reason: "incorrect data check")) {
            try DataSource.path(damaged).load()
        }
    }

    @Test func compressedFileWithoutATarIsRefused() throws {
        let directory = try TemporaryDirectory()
        try directory.write(Array("airplane\n".utf8), to: "notes")
        try directory.run("/bin/gzip", "notes")
        let path = directory.path + "/notes.gz"
        #expect(throws: DataError.neitherDirectoryNorArchive(path: path)) { try DataSource.path(path).load() }
    }
}
