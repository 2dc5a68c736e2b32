extension Record {
    /// Reads a record from a file.
    ///
    /// - Throws: ``FileError``, or ``RecordError/invalid(source:line:column:problem:)`` with the position of the
    ///   error.
    public static func read(_ path: String) throws -> Record {
        try Record(json: bytes(ofFile: path), source: path)
    }

    /// Reads a record from JSON text.
    ///
    /// - Parameters:
    ///   - json: the text.
    ///   - source: the name of the text in errors.
    /// - Throws: ``RecordError``.
    public init(json: String, source: String = "JSON") throws {
        try self.init(json: Array(json.utf8), source: source)
    }

    /// Reads a record from JSON in UTF-8.
    package init(json: [UInt8], source: String) throws {
        self = try json.withUnsafeBufferPointer { text in
            var reader = JSONReader(text: text, source: source)
            return try reader.document()
        }
    }

    /// Writes the record to a file atomically.
    ///
    /// - Throws: ``FileError``, or ``RecordError/notFinite(path:value:)``; the file is then unchanged.
    public func write(to path: String) throws {
        try AtomicFile.write([jsonBytes()], to: path)
    }

    /// The record as JSON text, with a line break at its end.
    ///
    /// - Throws: ``RecordError/notFinite(path:value:)``.
    public func json() throws -> String { String(decoding: try jsonBytes(), as: UTF8.self) }

    private func jsonBytes() throws -> [UInt8] {
        var writer = JSONWriter()
        return try writer.document(self)
    }

    /// The record as JSON on one line.
    package func compactJSON() throws -> [UInt8] {
        var writer = JSONWriter()
        return try writer.line(self)
    }

    /// The record as JSON text on one line.
    package func compactText() throws -> String { String(decoding: try compactJSON(), as: UTF8.self) }
}
