import BigEggs

/// A file of weights, by name and content.
public struct WeightsFile: Codable, Sendable {
    /// The file's name.
    public let file: String
    /// Its SHA-256, in hexadecimal digits.
    public let sha256: String

    /// Describes an existing file.
    ///
    /// - Throws: `DataError` if it cannot be read.
    init(_ path: String) throws {
        file = path.split(separator: "/").last.map(String.init) ?? path
        sha256 = try Checksum.sha256(of: path)
    }
}
