import BigEggs
import Testing

@Suite struct DataChecksumTests {
    /// The test vectors of RFC 1321 and FIPS 180-2.
    @Test func checksumsMatchPublishedTestVectors() throws {
        let directory = try TemporaryDirectory()
        let abc = try directory.write(Array("abc".utf8), to: "abc")
        let empty = try directory.write([], to: "empty")
        #expect(try Checksum.md5(of: abc) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(try Checksum.md5(of: empty) == "d41d8cd98f00b204e9800998ecf8427e")
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try Checksum.sha256(of: abc) == sha256)
    }

    @Test func checksumOfALargeFileMatchesTheSystemTools() throws {
        let directory = try TemporaryDirectory()
        let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
        let file = try directory.write(bytes, to: "file")
        #expect(try Checksum.md5(of: file) == directory.run("/usr/bin/md5sum", file).prefix(32))
        #expect(try Checksum.sha256(of: file) == directory.run("/usr/bin/sha256sum", file).prefix(64))
    }

    @Test func missingFileIsReported() {
        #expect(throws: DataError.notFound(path: "/nowhere/file")) {
            try Checksum.sha256(of: "/nowhere/file")
        }
    }
}
