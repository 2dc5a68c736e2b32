import BigEggs

/// The inputs of a section's run.
///
/// The stamp is kept beside the section's record and not in it, so that the record stays the same if inputs change but
/// results do not.
struct Stamp: Codable, Sendable, Equatable {
    /// The SHA-256 of the script.
    var script: String
    /// The SHA-256 of the library; see ``Project/libraryDigest()``.
    var library: String
    /// The checksum of the data set; nil if the section loaded none.
    var data: String?
    /// The digests of the records of section 8's runs, and of those of section 9's runs; nil for records that the
    /// section does not read. See ``Study/digest(of:)``.
    var study, fastStudy: String?
    /// The given options, without those that only name a path.
    var options: [String: String]
    /// Which of `--epochs` and `--precision` the section used, given or not; nil in stamps of earlier versions.
    var heeded: [String]?
    /// The SHA-256 of every value that was read, by section and by path in its record.
    var reads: [String: [String: String]]
    /// The SHA-256 of the record that the run wrote.
    var record: String
    /// The result in one sentence.
    var headline: String?

    /// Reads a stamp; nil if there is none, or none that this version understands.
    static func read(_ path: String) -> Stamp? { try? Record.read(path).decoded() }

    /// Writes the stamp atomically.
    func write(to path: String) throws { try Record(encoding: self).write(to: path) }
}
