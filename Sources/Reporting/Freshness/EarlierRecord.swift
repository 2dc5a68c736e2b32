import BigEggs

/// The record of an earlier section, with a list of the values that were read from it.
///
/// The section that reads the record depends on these values and on no others.
public final class EarlierRecord {
    private let record: Record
    /// The paths that were read.
    private(set) var paths: Set<String> = []

    init(_ record: Record) { self.record = record }

    /// The value at a path such as `results.evaluation.loss`; nil if there is none.
    public subscript(path path: String) -> Record? {
        paths.insert(path)
        return record[path: path]
    }

    /// The decoded value at a path.
    ///
    /// - Throws: `RecordError` if there is no value of that type.
    public func value<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
        paths.insert(path)
        return try record.value(at: path)
    }

    /// The SHA-256 of every value that was read, by path.
    func digests() throws -> [String: String] { try EarlierRecord.digests(of: paths, in: record) }

    /// The SHA-256 of the values in a record, by path.
    static func digests(of paths: some Sequence<String>, in record: Record) throws -> [String: String] {
        var digests: [String: String] = [:]
        for path in paths {
            digests[path] = try Checksum.sha256(ofText: (record[path: path] ?? .null).json())
        }
        return digests
    }
}
