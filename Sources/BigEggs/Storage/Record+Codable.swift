import FoundationEssentials

extension Record: Codable {
    /// Reads any JSON value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let elements = try? container.decode([Record].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: Record].self))
        }
    }

    /// Writes the value itself, not the name of its case.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value):
            if let whole = Int64(exactly: value) {
                try container.encode(whole)
            } else {
                try container.encode(value)
            }
        case .string(let value): try container.encode(value)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }

    /// The record of any encodable value, with its properties as keys. A float becomes the shortest decimal
    /// number that reads back as the same float.
    ///
    /// - Throws: ``RecordError/notFinite(path:value:)`` with the property's name,
    ///   ``RecordError/notConvertible(path:problem:)`` for other values that JSON cannot represent.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        do {
            self = try Record(json: Array(try encoder.encode(value)), source: "\(type(of: value))")
        } catch EncodingError.invalidValue(let value, let context) {
            let path = Record.path(context.codingPath)
            if let number = value as? any BinaryFloatingPoint {
                throw RecordError.notFinite(path: path, value: Double(number))
            }
            throw RecordError.notConvertible(path: path, problem: context.debugDescription)
        }
    }

    /// Decodes the value at a path.
    ///
    /// - Throws: ``RecordError/notConvertible(path:problem:)`` if there is no value of that type at the path.
    package func value<Value: Decodable>(at path: String, as type: Value.Type = Value.self) throws -> Value {
        try (self[path: path] ?? .null).decoded()
    }

    /// Decodes a value that ``init(encoding:)`` encoded.
    ///
    /// - Throws: ``RecordError/notConvertible(path:problem:)`` that names the missing or mistyped part.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let json = Data(try json().utf8)
        do {
            return try decoder.decode(type, from: json)
        } catch DecodingError.keyNotFound(let key, let context) {
            throw RecordError.notConvertible(
                path: Record.path(context.codingPath + [key]), problem: "it is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            throw RecordError.notConvertible(
                path: Record.path(context.codingPath), problem: context.debugDescription)
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        guard !keys.isEmpty else { return "the record" }
        return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
