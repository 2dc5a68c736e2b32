import FoundationEssentials

/// Where a data set comes from.
public struct DataProvenance: Sendable, Codable, Equatable {
    /// "CIFAR-10", "Fashion-MNIST", or a directory's name and "(own pictures)".
    public let name: String
    /// The path as it was given. Only terminal output shows it; run records keep ``file``.
    public let path: String
    /// The last component of ``path``.
    public let file: String
    /// "md5:" and the MD5 of the archive, or of a directory's concatenated data files. For own pictures,
    /// "sha256:" and the SHA-256 of the files' names and contents, and of the list of class names, if given.
    public let checksum: String
    /// Whether the data set was read from the official archive. A directory is never official, because the authors
    /// publish a checksum of the archive only.
    public let isOfficial: Bool
    /// Whether the data set stands in for CIFAR-10.
    public let isStandIn: Bool
    /// The text of the data set's `PROVENANCE.txt`, if it has one. For own pictures, sentences about the
    /// folders and options come before that text.
    public let statement: String?

    /// Whether the images are CIFAR-10's, official or not.
    public var isCIFAR10: Bool { name == Self.cifar10Name }

    static let cifar10Name = "CIFAR-10"

    /// A provenance; ``file`` is derived from `path`.
    public init(
        name: String, path: String, checksum: String, isOfficial: Bool, isStandIn: Bool,
        statement: String? = nil
    ) {
        self.name = name
        self.path = path
        file = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
        self.checksum = checksum
        self.isOfficial = isOfficial
        self.isStandIn = isStandIn
        self.statement = statement
    }
}
