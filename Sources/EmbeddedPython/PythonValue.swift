import CPython

/// A value that can be passed between Swift and Python.
///
/// From Python, `None` becomes `none`; `True` and `False` become `bool`; whole numbers (NumPy's too) become
/// `int`; `float` and its subclasses become `double`; `str` becomes `string`; `bytes` stays `bytes`; lists
/// and tuples become `list`; dictionaries whose keys are strings become `dictionary`. Other objects are not
/// supported. Arrays go through the C ABI instead.
public enum PythonValue: Sendable, Equatable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([PythonValue])
    case dictionary([String: PythonValue])
}

extension PythonValue {
    /// The text of a `string`, otherwise nil.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The elements of a `list`, otherwise nil.
    public var list: [PythonValue]? { if case .list(let value) = self { value } else { nil } }

    /// The entries of a `dictionary`, otherwise nil.
    public var dictionary: [String: PythonValue]? {
        if case .dictionary(let value) = self { value } else { nil }
    }

    /// The entry of a `dictionary` at a key, if there is one.
    public subscript(key: String) -> PythonValue? { dictionary?[key] }
}

extension PythonValue {
    /// A new Python object of this value.
    func makeObject() throws -> Reference {
        switch self {
        case .none: return try Reference(python_none())
        case .bool(let value): return try Reference(PyBool_FromLong(value ? 1 : 0))
        case .int(let value): return try Reference(PyLong_FromLongLong(Int64(value)))
        case .double(let value): return try Reference(PyFloat_FromDouble(value))
        case .string(let value): return try Reference(PyUnicode_FromStringAndSize(value, value.utf8.count))
        case .bytes(let value):
            return try Reference(
                value.withUnsafeBytes {
                    PyBytes_FromStringAndSize($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
                })
        case .list(let values):
            let list = try Reference(PyList_New(values.count))
            for (index, value) in values.enumerated() {
                // PyList_SetItem steals the reference.
                PyList_SetItem(list.object, index, try value.makeObject().release())
            }
            return list
        case .dictionary(let values):
            let dictionary = try Reference(PyDict_New())
            for (key, value) in values {
                let key = try PythonValue.string(key).makeObject()
                let value = try value.makeObject()
                guard PyDict_SetItem(dictionary.object, key.object, value.object) == 0 else {
                    throw PythonError.takePending()
                }
            }
            return dictionary
        }
    }

    /// The maximum nesting depth of containers, needed because a list may contain itself.
    private static let deepestNesting = 100

    /// The value of a Python object; `depth` is the number of containers around it.
    init(_ object: UnsafeMutablePointer<PyObject>, depth: Int = 0) throws {
        guard depth <= Self.deepestNesting else {
            throw PythonError.noSwiftValue(type: "list or dict nested deeper than \(Self.deepestNesting)")
        }
        if python_is_none(object) != 0 {
            self = .none
        } else if python_is_bool(object) != 0 {
            self = .bool(python_is_true(object) != 0)
        } else if python_is_float(object) != 0 {
            self = .double(PyFloat_AsDouble(object))
        } else if python_is_string(object) != 0 {
            self = .string(try Self.string(of: object))
        } else if python_is_bytes(object) != 0 {
            let bytes = UnsafeRawBufferPointer(start: PyBytes_AsString(object), count: PyBytes_Size(object))
            self = .bytes([UInt8](bytes))
        } else if python_is_list(object) != 0 {
            self = .list(
                try (0..<PyList_Size(object)).map {
                    try Self(element: PyList_GetItem(object, $0), depth: depth + 1)
                })
        } else if python_is_tuple(object) != 0 {
            self = .list(
                try (0..<PyTuple_Size(object)).map {
                    try Self(element: PyTuple_GetItem(object, $0), depth: depth + 1)
                })
        } else if python_is_dictionary(object) != 0 {
            self = .dictionary(try Self.dictionary(of: object, depth: depth))
        } else if PyIndex_Check(object) != 0 {
            let whole = try Reference(PyNumber_Index(object))
            let value = PyLong_AsLongLong(whole.object)
            if value == -1, PyErr_Occurred() != nil { throw PythonError.takePending() }
            self = .int(Int(value))
        } else {
            throw PythonError.noSwiftValue(type: PythonError.typeName(of: object))
        }
    }

    /// The value of an element, which its container keeps alive.
    private init(element: UnsafeMutablePointer<PyObject>?, depth: Int) throws {
        guard let element else { throw PythonError.takePending() }
        try self.init(element, depth: depth)
    }

    private static func string(of object: UnsafeMutablePointer<PyObject>) throws -> String {
        var count = 0
        guard let characters = PyUnicode_AsUTF8AndSize(object, &count) else {
            throw PythonError.takePending()
        }
        let bytes = UnsafeRawBufferPointer(start: characters, count: count)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func dictionary(
        of object: UnsafeMutablePointer<PyObject>, depth: Int
    ) throws -> [String: PythonValue] {
        var entries: [String: PythonValue] = [:]
        var position = 0
        var key, value: UnsafeMutablePointer<PyObject>?
        while PyDict_Next(object, &position, &key, &value) != 0 {
            guard let key, let value else { break }
            guard python_is_string(key) != 0 else {
                throw PythonError.noSwiftValue(
                    type: "dict with a key of type \(PythonError.typeName(of: key))")
            }
            entries[try string(of: key)] = try Self(value, depth: depth + 1)
        }
        return entries
    }
}
