import BigEggs
import CBigEggs
import Synchronization

/// A record with a handle, and the views that callers have requested.
final class RecordFile: NamedByHandle {
    static let kind = "a record"

    /// The numbers of nested lists, row by row, and the lists' shape.
    private struct Numbers: Sendable {
        let values: Pinned<Double>
        let shape: [Int]
    }

    /// The record's name in errors: its path, or what it describes.
    let path: String
    let root: Record
    let texts = Texts()
    private let arrays = Mutex<[String: Numbers]>([:])

    init(path: String) throws {
        self.path = path
        root = try Record.read(path)
    }

    /// A record that is not from a file.
    init(_ root: Record, name: String) {
        path = name
        self.root = root
    }

    /// The value at a key path: keys and indices joined by full stops.
    func value(at keyPath: String) throws -> Record {
        guard !keyPath.isEmpty else { return root }
        guard let value = root[path: keyPath] else { throw Failure.notFound("\(path) has no \(keyPath)") }
        return value
    }

    /// The failure for a value of the wrong type.
    func mismatch(_ value: Record, at keyPath: String, wanted: String) -> Failure {
        .wrongType("\(keyPath.isEmpty ? "the whole" : keyPath) of \(path) is \(value.kind), not \(wanted)")
    }

    /// A view of a list of numbers, or of nested lists of equal lengths.
    func array(at keyPath: String) throws -> be_array {
        let numbers = try arrays.withLock { arrays in
            if let numbers = arrays[keyPath] { return numbers }
            let value = try value(at: keyPath)
            guard case .array = value else {
                throw mismatch(value, at: keyPath, wanted: "a list of numbers")
            }
            let shape = value.shapeOfFirst
            var numbers: [Double] = []
            guard value.append(to: &numbers, shape: shape[...]) else {
                throw mismatch(value, at: keyPath, wanted: "a list of numbers or equally long lists of them")
            }
            let result = Numbers(values: Pinned(numbers), shape: shape)
            arrays[keyPath] = result
            return result
        }
        return try be_array(numbers.values, BE_FLOAT64, shape: numbers.shape, of: "\(keyPath) of \(path)")
    }
}

extension Record {
    /// The kind of value in error messages.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a bool"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The shape of nested lists, read from the first element at each level.
    fileprivate var shapeOfFirst: [Int] {
        guard case .array(let elements) = self else { return [] }
        return [elements.count] + (elements.first?.shapeOfFirst ?? [])
    }

    /// Appends the numbers of nested lists row by row; false if an element does not have the given shape.
    fileprivate func append(to numbers: inout [Double], shape: ArraySlice<Int>) -> Bool {
        switch self {
        case .number(let number):
            numbers.append(number)
            return shape.isEmpty
        case .array(let elements):
            guard elements.count == shape.first else { return false }
            return elements.allSatisfy { $0.append(to: &numbers, shape: shape.dropFirst()) }
        default: return false
        }
    }
}
