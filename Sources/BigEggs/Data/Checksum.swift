/// Checksums of files, computed by OpenSSL's libcrypto in one pass, block by block.
public enum Checksum {
    /// The MD5 of a file, as 32 hexadecimal digits. It identifies a data set but does not protect against
    /// forgery.
    ///
    /// - Throws: ``DataError`` if the file cannot be read or the system's libcrypto refuses MD5.
    public static func md5(of file: String) throws -> String {
        try md5(ofAll: [file])
    }

    /// The MD5 of the concatenated contents of files.
    ///
    /// - Throws: ``DataError`` if a file cannot be read or the system's libcrypto refuses MD5.
    static func md5(ofAll files: [String]) throws -> String {
        let digest = try Digest(.md5)
        for file in files { try add(InputFile(file), to: digest) }
        return digest.finish()
    }

    /// The SHA-256 of a file, as 64 hexadecimal digits.
    ///
    /// - Throws: ``DataError`` if the file cannot be read or the system's libcrypto refuses SHA-256.
    public static func sha256(of file: String) throws -> String {
        try sha256(of: InputFile(file))
    }

    /// The SHA-256 of the file at the path `bytes`, which may be invalid UTF-8.
    ///
    /// - Parameter path: the file's name in errors.
    package static func sha256(ofFile bytes: [UInt8], named path: String) throws -> String {
        try sha256(of: InputFile(bytes: bytes, named: path))
    }

    private static func sha256(of file: InputFile) throws -> String {
        let digest = try Digest(.sha256)
        try add(file, to: digest)
        return digest.finish()
    }

    /// The SHA-256 of a text in UTF-8, as 64 hexadecimal digits.
    ///
    /// - Throws: ``DataError`` if the system's libcrypto refuses SHA-256.
    public static func sha256(ofText text: String) throws -> String {
        try sha256(ofBytes: Array(text.utf8))
    }

    /// The SHA-256 of bytes, as 64 hexadecimal digits.
    ///
    /// - Throws: ``DataError`` if the system's libcrypto refuses SHA-256.
    package static func sha256(ofBytes bytes: [UInt8]) throws -> String {
        try bytes.withUnsafeBytes { try sha256(ofBytes: $0) }
    }

    /// The SHA-256 of a raw buffer, as 64 hexadecimal digits.
    package static func sha256(ofBytes bytes: UnsafeRawBufferPointer) throws -> String {
        let digest = try Digest(.sha256)
        digest.update(bytes)
        return digest.finish()
    }

    private static func add(_ file: InputFile, to digest: Digest) throws {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { block.deallocate() }
        while true {
            let count = try file.read(into: block)
            if count == 0 { return }
            digest.update(UnsafeRawBufferPointer(rebasing: block[..<count]))
        }
    }
}
