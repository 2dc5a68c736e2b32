// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.
import BigEggs
import CBigEggs

@c @implementation
public func be_record_open(
    _ path: UnsafePointer<CChar>?, _ record: UnsafeMutablePointer<be_handle>?
) -> be_status {
    answer {
        let record = try require(record, "record")
        insert(try RecordFile(path: try requireText(path, "path")), record)
    }
}

@c @implementation
public func be_record_type(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ type: UnsafeMutablePointer<be_type>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let type = try require(type, "type")
        type.pointee =
            switch try file.value(at: try requireText(keyPath, "key_path")) {
            case .null: BE_NULL
            case .bool: BE_BOOL
            case .number: BE_NUMBER
            case .string: BE_TEXT
            case .array: BE_LIST
            case .object: BE_OBJECT
            }
    }
}

@c @implementation
public func be_record_bool(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Int32>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let result = try require(value, "value")
        let keyPath = try requireText(keyPath, "key_path")
        let value = try file.value(at: keyPath)
        guard case .bool(let bool) = value else { throw file.mismatch(value, at: keyPath, wanted: "a bool") }
        result.pointee = bool ? 1 : 0
    }
}

@c @implementation
public func be_record_number(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ value: UnsafeMutablePointer<Double>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let result = try require(value, "value")
        let keyPath = try requireText(keyPath, "key_path")
        let value = try file.value(at: keyPath)
        guard case .number(let number) = value else {
            throw file.mismatch(value, at: keyPath, wanted: "a number")
        }
        result.pointee = number
    }
}

@c @implementation
public func be_record_text(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?,
    _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let text = try require(text, "text")
        let keyPath = try requireText(keyPath, "key_path")
        let value = try file.value(at: keyPath)
        guard case .string(let string) = value else {
            throw file.mismatch(value, at: keyPath, wanted: "a text")
        }
        text.pointee = file.texts.pointer(to: string)
    }
}

@c @implementation
public func be_record_array(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ array: UnsafeMutablePointer<be_array>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let array = try require(array, "array")
        array.pointee = try file.array(at: try requireText(keyPath, "key_path"))
    }
}

@c @implementation
public func be_record_count(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int64>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let count = try require(count, "count")
        let keyPath = try requireText(keyPath, "key_path")
        switch try file.value(at: keyPath) {
        case .array(let elements): count.pointee = Int64(elements.count)
        case .object(let members): count.pointee = Int64(members.count)
        case let value: throw file.mismatch(value, at: keyPath, wanted: "a list or an object")
        }
    }
}

@c @implementation
public func be_record_key(
    _ record: be_handle, _ keyPath: UnsafePointer<CChar>?, _ index: Int64,
    _ key: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> be_status {
    answer {
        let file = try object(record, as: RecordFile.self)
        let key = try require(key, "key")
        let keyPath = try requireText(keyPath, "key_path")
        let value = try file.value(at: keyPath)
        guard case .object(let members) = value else {
            throw file.mismatch(value, at: keyPath, wanted: "an object")
        }
        let index = try requireIndex(index, below: members.count, of: "key")
        key.pointee = file.texts.pointer(to: members.keys.sorted()[index])
    }
}
