/// A strict reader of JSON (RFC 8259) that reports the position of an error.
///
/// It rejects some text that the RFC's grammar allows: an object with the same key twice, unpaired
/// surrogates, numbers too large for a double, and nesting beyond ``maximumDepth``, which could exhaust the
/// stack.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8259>
struct JSONReader {
    static let maximumDepth = 128

    let text: UnsafeBufferPointer<UInt8>
    /// The name of the text in errors.
    let source: String
    private var position = 0

    init(text: UnsafeBufferPointer<UInt8>, source: String) {
        self.text = text
        self.source = source
    }

    /// Reads the whole text as one value.
    mutating func document() throws -> Record {
        let record = try value(depth: 0)
        skipSpace()
        guard position == text.count else { throw failure("there is more text after the end of the value") }
        return record
    }

    private mutating func value(depth: Int) throws -> Record {
        skipSpace()
        guard let byte = peek else { throw failure("the text ends where a value should begin") }
        guard depth < Self.maximumDepth else {
            throw failure("values are nested deeper than \(Self.maximumDepth) levels")
        }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: return try literal()
        }
    }

    private mutating func object(depth: Int) throws -> Record {
        var members: [String: Record] = [:]
        position += 1
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            let start = position
            guard peek == UInt8(ascii: "\"") else {
                throw failure("a key in double quotes is expected here")
            }
            let key = try string()
            guard members[key] == nil else {
                throw failure("the key \"\(key)\" appears a second time", at: start)
            }
            skipSpace()
            guard take(":") else { throw failure("a colon should follow the key \"\(key)\"") }
            members[key] = try value(depth: depth + 1)
            skipSpace()
        } while take(",")
        guard take("}") else { throw failure("a comma or the closing brace of the object is expected here") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws -> Record {
        var elements: [Record] = []
        position += 1
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw failure("a comma or the closing bracket of the list is expected here") }
        return .array(elements)
    }

    private mutating func literal() throws -> Record {
        let start = position
        while let byte = peek, UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 { position += 1 }
        let word = String(decoding: text[start..<position], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "": throw failure("\(described(text[start])) does not begin a value", at: start)
        default:
            throw failure("\"\(word)\" is not a value; the only words are true, false and null", at: start)
        }
    }

    private mutating func number() throws -> Double {
        let start = position
        let negative = take("-")
        let digits = position
        var whole = 0
        while let digit = takeDigit() { whole = whole &* 10 &+ digit }
        let count = position - digits
        guard count > 0 else { throw failure("a digit should follow the minus sign") }
        if count > 1 && text[digits] == UInt8(ascii: "0") {
            throw failure("a number must not have leading zeros", at: start)
        }
        var isWhole = true
        if take(".") {
            isWhole = false
            guard takeDigit() != nil else { throw failure("a digit should follow the decimal point") }
            while takeDigit() != nil {}
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            guard takeDigit() != nil else { throw failure("a digit should follow the exponent's sign") }
            while takeDigit() != nil {}
        }
        if isWhole && count <= 15 && !(negative && whole == 0) {
            return Double(negative ? -whole : whole)
        }
        let digitsText = String(decoding: text[start..<position], as: UTF8.self)
        guard let number = Double(digitsText), number.isFinite else {
            throw failure("\(digitsText) is too large for a double", at: start)
        }
        return number
    }

    private mutating func string() throws -> String {
        let start = position
        position += 1
        let first = position
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            position += 1
        }
        if peek == UInt8(ascii: "\"") {
            position += 1
            return try utf8(text[first..<position - 1], at: start)
        }
        var contents = Array(text[first..<position])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try contents.withUnsafeBufferPointer { try utf8($0[...], at: start) }
            case UInt8(ascii: "\\"):
                contents.append(contentsOf: try escape().utf8)
            case 0..<0x20:
                throw failure("\(described(byte)) must be escaped in a string")
            default:
                contents.append(byte)
                position += 1
            }
        }
        throw failure("the string that begins here has no end", at: start)
    }

    private mutating func escape() throws -> String {
        let start = position
        position += 1
        let byte = peek
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return String(decoding: text[start + 1..<position], as: UTF8.self)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var code = try fourHexDigits(at: start)
            if 0xD800..<0xDC00 ~= code {
                guard take("\\"), take("u") else {
                    throw failure("the second half of a surrogate pair is missing", at: start)
                }
                let low = try fourHexDigits(at: start)
                guard 0xDC00..<0xE000 ~= low else {
                    throw failure("the second half of a surrogate pair is missing", at: start)
                }
                code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw failure("the first half of a surrogate pair is missing", at: start)
            }
            return String(scalar)
        default:
            throw failure("the backslash here does not begin a valid escape", at: start)
        }
    }

    private mutating func fourHexDigits(at start: Int) throws -> UInt32 {
        guard position + 4 <= text.count,
            let code = UInt32(String(decoding: text[position..<position + 4], as: UTF8.self), radix: 16),
            text[position] != UInt8(ascii: "+"), text[position] != UInt8(ascii: "-")
        else { throw failure("four hexadecimal digits should follow \\u", at: start) }
        position += 4
        return code
    }

    private func utf8(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) throws -> String {
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw failure("the string that begins here is not valid UTF-8", at: start)
        }
        return string
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeDigit() -> Int? {
        guard let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        position += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func described(_ byte: UInt8) -> String {
        0x21...0x7E ~= byte ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte 0x\(String(byte, radix: 16))"
    }

    private func failure(_ problem: String, at place: Int? = nil) -> RecordError {
        let place = min(place ?? position, text.count)
        let before = text[..<place]
        let line = before.count { $0 == 0x0A } + 1
        let column = place - (before.lastIndex(of: 0x0A) ?? -1)
        return .invalid(source: source, line: line, column: column, problem: problem)
    }
}
