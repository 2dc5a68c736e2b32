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
    /// The digest of the study's records that section 8 reads, and of those that section 9 reads; see
    /// ``Study/digest(of:)``. A digest is nil if the section does not read those records.
    var study, fastStudy: String?
    /// The given options that results depend on; see ``SectionOptions/inputs(heeding:)``.
    var options: [String: String]
    /// Which of `--epochs` and `--precision` the section used, given or not; nil in stamps of earlier versions.
    var heeded: [String]?
    /// The SHA-256 of every value that was read, by section and by path in its record.
    var reads: [String: [String: String]]
    /// The SHA-256 of the record that the run wrote.
    var record: String
    /// The result in one sentence.
    var headline: String?

    /// Reads a stamp; nil if there is none, or if this version cannot decode it.
    static func read(_ path: String) -> Stamp? { try? Record.read(path).decoded() }

    /// Writes the stamp atomically.
    func write(to path: String) throws { try Record(encoding: self).write(to: path) }
}
