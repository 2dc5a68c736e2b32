/// Writes a record as JSON for people to read and for version control to compare.
///
/// An object or a list takes one line per member, with two exceptions. A list of numbers always takes one
/// line. An object or a list without nested objects and lists takes one line if it fits.
struct JSONWriter {
    private static let lineLength = 110

    private var text: [UInt8] = []
    private var lineStart = 0
    private var path: [String] = []

    mutating func document(_ record: Record) throws -> [UInt8] {
        try write(record, depth: 0)
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// The record on one line, without a line break at its end.
    mutating func line(_ record: Record) throws -> [UInt8] {
        try writeInLine(record)
        return text
    }

    private mutating func write(_ record: Record, depth: Int) throws {
        if !record.members.contains(where: \.isContainer) {
            let start = text.count
            try writeInLine(record)
            if text.count - lineStart <= Self.lineLength || record.isOfNumbers { return }
            text.removeSubrange(start...)
        }
        switch record {
        case .array(let elements):
            append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { append(",") }
                try writeMember("\(index)", element, depth: depth + 1) { _ in }
            }
            breakLine(depth: depth)
            append("]")
        case .object(let members):
            append("{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(",") }
                try writeMember(member.key, member.value, depth: depth + 1) { writer in
                    writer.write(member.key)
                    writer.append(": ")
                }
            }
            breakLine(depth: depth)
            append("}")
        default:
            try writeInLine(record)
        }
    }

    private mutating func writeMember(
        _ name: String, _ record: Record, depth: Int, label: (inout JSONWriter) -> Void
    ) throws {
        breakLine(depth: depth)
        label(&self)
        path.append(name)
        try write(record, depth: depth)
        path.removeLast()
    }

    private mutating func writeInLine(_ record: Record) throws {
        switch record {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let value): try write(value, name: nil)
        case .string(let value): write(value)
        case .array(let elements):
            append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { append(", ") }
                if case .number(let value) = element {
                    try write(value, name: index)
                } else {
                    try writeInLine(element)
                }
            }
            append("]")
        case .object(let members):
            append("{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(", ") }
                write(member.key)
                append(": ")
                path.append(member.key)
                try writeInLine(member.value)
                path.removeLast()
            }
            append("}")
        }
    }

    /// - Parameter name: the number's index in a list; nil outside of lists.
    private mutating func write(_ number: Double, name: Int?) throws {
        guard number.isFinite else {
            let place = path + (name.map { ["\($0)"] } ?? [])
            throw RecordError.notFinite(
                path: place.isEmpty ? "the record" : place.joined(separator: "."), value: number)
        }
        let isNegativeZero = number == 0 && number.sign == .minus
        if let whole = Int64(exactly: number), whole.magnitude < 1 << 53, !isNegativeZero {
            append(whole.description)
        } else {
            append(number.description)
        }
    }

    private mutating func write(_ string: String) {
        append("\"")
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\t"): append("\\t")
            case 0..<0x10: append("\\u000\(String(byte, radix: 16))")
            case 0x10..<0x20: append("\\u00\(String(byte, radix: 16))")
            default: text.append(byte)
            }
        }
        append("\"")
    }

    private mutating func append(_ string: String) { text.append(contentsOf: string.utf8) }

    private mutating func breakLine(depth: Int) {
        append("\n")
        lineStart = text.count
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
}

extension Record {
    fileprivate var isContainer: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }

    /// The members of an object or a list, in no particular order.
    fileprivate var members: [Record] {
        switch self {
        case .array(let elements): elements
        case .object(let members): Array(members.values)
        default: []
        }
    }

    fileprivate var isOfNumbers: Bool {
        guard case .array(let elements) = self else { return false }
        return elements.allSatisfy { element in
            if case .number = element { true } else { false }
        }
    }
}
