import BigEggs
import Foundation
import Testing

@Suite struct ArchiveTests {
    @Test func checksumIsThatOfTheArchive() throws {
        let (archive, directory) = try SmallBatches.archive()
        let sum = try directory.run("/usr/bin/md5sum", archive).prefix(32)
        let provenance = try DataSource.path(archive).load().provenance
        #expect(provenance.checksum == "md5:" + sum)
        #expect(provenance.file == "small.tar.gz")
        #expect(!provenance.isOfficial)
    }

    @Test func dotPrefixAndPlainNamesAndForeignFilesAreTolerated() throws {
        let (dotted, first) = try SmallBatches.archive(of: ["./cifar-10-batches-bin"]) {
            try $0.write(Array("<html>".utf8), to: "cifar-10-batches-bin/readme.html")
            try $0.write([1, 2, 3], to: "cifar-10-batches-bin/deeper/data_batch_2.bin")
        }
        let (plain, second) = try SmallBatches.archive(of: ["-C cifar-10-batches-bin", "."])
        try withExtendedLifetime((first, second)) {
            for path in [dotted, plain] {
                #expect(try DataSource.path(path).load().train.labels.values == [3, 9, 0])
            }
        }
    }

    /// An entry that an unpacking program would follow out of its directory has no place here, even
    /// though nothing is unpacked.
    @Test(arguments: [
        ("ln -s /etc/passwd cifar-10-batches-bin/data_batch_2.bin", "-czf", "is a link"),
        ("ln cifar-10-batches-bin/test_batch.bin cifar-10-batches-bin/again.bin", "-czf", "is a link"),
        ("mkfifo cifar-10-batches-bin/pipe", "-czf", "is neither a file nor a directory"),
        ("true", "--transform=s,test_batch,../../test_batch, -czf", "leads out of the archive"),
        ("true", "--transform=s,^cifar,/cifar, -czf", "has an absolute path"),
    ])
    func dangerousEntryIsRefused(preparation: String, options: String, reason: String) throws {
        let (path, directory) = try SmallBatches.archive(options: options) {
            try $0.run("/bin/sh", "-c", preparation)
        }
        let error = try withExtendedLifetime(directory) {
            try #require(throws: DataError.self) { try DataSource.path(path).load() }
        }
        guard case .unsafeEntry(path, _, reason) = error else {
            Issue.record(error)
            return
        }
    }

    @Test func memberThatIsThereTwiceIsRefused() throws {
        let (path, directory) = try SmallBatches.archive(
            of: ["cifar-10-batches-bin", "cifar-10-batches-bin/./test_batch.bin"],
            options: "--hard-dereference -czf")
        withExtendedLifetime(directory) {
            #expect(throws: DataError.repeatedEntry(path: path, entry: "test_batch.bin")) {
                try DataSource.path(path).load()
            }
        }
    }

    @Test func memberThatUnpacksToTooMuchIsRefusedBeforeItIsRead() throws {
        let (path, directory) = try SmallBatches.archive {
            try $0.run("/usr/bin/truncate", "-s", "200M", "cifar-10-batches-bin/test_batch.bin")
        }
        withExtendedLifetime(directory) {
            #expect(throws: DataError.tooLarge(path: path, member: "test_batch.bin", limit: 30_730_000)) {
                try DataSource.path(path).load()
            }
        }
    }

    /// Cut in the first header, in a member's data, and in the checksum at the end.
    @Test(arguments: [0.002, 0.5, 0.9999])
    func archiveThatIsCutOffIsRefused(part: Double) throws {
        let (path, directory) = try SmallBatches.archive()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let cut = try directory.write(Array(bytes.prefix(Int(Double(bytes.count) * part))), to: "cut.tar.gz")
        let error = try #require(throws: DataError.self) { try DataSource.path(cut).load() }
        guard case .damaged(cut, let reason) = error else {
            Issue.record(error)
            return
        }
        #expect(reason.contains("cut off"))
    }

    /// The data is random and so stored uncompressed: only the checksum at the end can tell.
    @Test func flippedBitInAPixelIsNoticed() throws {
        let (path, directory) = try SmallBatches.archive {
            var generator = SystemRandomNumberGenerator()
            let pixels = (0..<3072).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try $0.write([4] + pixels, to: "cifar-10-batches-bin/data_batch_2.bin")
        }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count / 2] ^= 1
        let damaged = try directory.write(bytes, to: "damaged.tar.gz")
        let error = try #require(throws: DataError.self) { try DataSource.path(damaged).load() }
        guard case .damaged(damaged, _) = error else {
            Issue.record(error)
            return
        }
    }

    @Test func compressedFileThatIsNoTarIsRefused() throws {
        let directory = try TemporaryDirectory()
        try directory.write(Array("airplane\n".utf8), to: "notes")
        try directory.run("/bin/gzip", "notes")
        let path = directory.path + "/notes.gz"
        #expect(throws: DataError.neitherDirectoryNorArchive(path: path)) { try DataSource.path(path).load() }
    }
}
