import BigEggs

/// What a run of a section was made from. It is kept beside the section's record, so that the same
/// results have the same record whatever else changed.
struct Stamp: Codable, Sendable, Equatable {
    /// The SHA-256 of the script.
    var script: String
    /// The SHA-256 of the library; see ``Project/libraryDigest()``.
    var library: String
    /// The checksum of the data set; nil if the section loaded none.
    var data: String?
    /// The digests of the records of section 8's runs and of section 9's; nil if the section does not read them. See
    /// ``Study/digest(of:)``.
    var study, fastStudy: String?
    /// The options that were given, without those that only name a place.
    var options: [String: String]
    /// The options that made a difference, given or not, of those that do not to every section; nil in stamps of
    /// earlier versions.
    var heeded: [String]?
    /// By section and by path in its record, the SHA-256 of every value that was read.
    var reads: [String: [String: String]]
    /// The SHA-256 of the record that the run wrote.
    var record: String
    /// The result in one sentence.
    var headline: String?

    /// Reads a stamp; nil if there is none, or none that this version understands.
    static func read(_ path: String) -> Stamp? { try? Record.read(path).decoded() }

    /// Writes the stamp, whole or not at all.
    func write(to path: String) throws { try Record(encoding: self).write(to: path) }
}
