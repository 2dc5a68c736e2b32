import BigEggs

/// The record of a section that ran before. It notes what is read of it, because that, and nothing
/// else of it, is what the reading section depends on.
public final class EarlierRecord {
    private let record: Record
    /// The paths that were read.
    private(set) var paths: Set<String> = []

    init(_ record: Record) { self.record = record }

    /// What stands at a path, as `results.evaluation.loss`. Nil where there is nothing.
    public subscript(path path: String) -> Record? {
        paths.insert(path)
        return record[path: path]
    }

    /// What stands at a path, as the value that was recorded there.
    ///
    /// - Throws: `RecordError` if there is nothing of that type.
    public func value<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
        paths.insert(path)
        return try record.value(at: path)
    }

    /// By path, the SHA-256 of every value that was read.
    func digests() throws -> [String: String] { try EarlierRecord.digests(of: paths, in: record) }

    /// By path, the SHA-256 of the values in a record.
    static func digests(of paths: some Sequence<String>, in record: Record) throws -> [String: String] {
        var digests: [String: String] = [:]
        for path in paths {
            digests[path] = try Checksum.sha256(ofText: (record[path: path] ?? .null).json())
        }
        return digests
    }
}
