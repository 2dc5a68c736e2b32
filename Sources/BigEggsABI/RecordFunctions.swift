// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// Names and documentation are in bigeggs.h.
import BigEggs
import CBigEggs

/// Answers a call that reads a value at a key path of a record.
///
/// - Parameters:
///   - wanted: the kind of value that is required, for the error if the body returns nil.
///   - result: where to write the result of the body.
///   - name: the name of `result` in the header.
private func answer<Result>(
    _ record: be_handle, at keyPath: UnsafePointer<CChar>?, wanting wanted: String,
    writing result: UnsafeMutablePointer<Result>?, _ name: String,
    _ body: (RecordFile, Record) throws -> Result?
) -> be_status {
    answer(record, as: RecordFile.self, writing: result, name) { file in
        let keyPath = try requireText(keyPath, "key_path")
        let value = try file.value(at: keyPath)
        guard let found = try body(file, value) else {
            throw file.mismatch(value, at: keyPath, wanted: wanted)
        }
        return found
    }
}

@c @implementation
public func be_record_open(
    _ path: UnsafePointer<CChar>?, _ record: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer(into: record, "record") { try RecordFile(path: try requireText(path, "path")) }
}

@c @implementation
public func be_record_type(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ type: UnsafeMutablePointer<be_type>?
) -> be_status {
    answer(record, as: RecordFile.self, writing: type, "type") { file in
        switch try file.value(at: try requireText(keyPath, "key_path")) {
        case .null: return BE_NULL
        case .bool: return BE_BOOL
        case .number: return BE_NUMBER
        case .string: return BE_TEXT
        case .array: return BE_LIST
        case .object: return BE_OBJECT
        }
    }
}

@c @implementation
public func be_record_bool(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Int32>?
) -> be_status {
    answer(record, at: keyPath, wanting: "a bool", writing: value, "value") { _, value in
        value.bool.map { $0 ? 1 : 0 }
    }
}

@c @implementation
public func be_record_number(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> be_status {
    answer(record, at: keyPath, wanting: "a number", writing: value, "value") { _, value in
        value.number
    }
}

@c @implementation
public func be_record_text(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?,
    _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer(record, at: keyPath, wanting: "a string", writing: text, "text") { file, value in
        guard let string = value.string else { return nil }
        return .some(file.texts.pointer(to: string))
    }
}

@c @implementation
public func be_record_array(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ array: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer(record, as: RecordFile.self, writing: array, "array") { file in
        try file.array(at: try requireText(keyPath, "key_path"))
    }
}

@c @implementation
public func be_record_count(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int64>?
) -> be_status {
    answer(record, at: keyPath, wanting: "a list or an object", writing: count, "count") { _, value in
        switch value {
        case .array(let elements): return Int64(elements.count)
        case .object(let members): return Int64(members.count)
        default: return nil
        }
    }
}

@c @implementation
public func be_record_key(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ index: Int64,
    _ key: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer(record, at: keyPath, wanting: "an object", writing: key, "key") { file, value in
        guard let members = value.object else { return nil }
        let index = try requireIndex(index, below: members.count, of: "key")
        return .some(file.texts.pointer(to: members.keys.sorted()[index]))
    }
}
