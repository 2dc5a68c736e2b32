import Foundation

/// A path or name as the system stores it: bytes, which need not be UTF-8.
struct RawPath: Hashable, Comparable, Sendable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The text for users and records: bytes that are not UTF-8 are written as `\xe9`.
    var text: String {
        var text = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes[...]
        while !rest.isEmpty {
            var iterator = rest.makeIterator()
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                text.append(Unicode.UTF8.decode(encoded))
                rest = rest.dropFirst(encoded.count)
            case .error(let length):
                for byte in rest.prefix(length) {
                    text.append(contentsOf: "\\x\(String(byte, radix: 16))".unicodeScalars)
                }
                rest = rest.dropFirst(length)
            case .emptyInput: rest = []
            }
            parser = Unicode.UTF8.ForwardParser()
        }
        return String(text)
    }

    /// A name inside this folder.
    func appending(_ name: RawPath) -> RawPath { RawPath(bytes: bytes + [UInt8(ascii: "/")] + name.bytes) }

    /// Byte order, which does not depend on language or Unicode version.
    static func < (one: RawPath, other: RawPath) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }

    func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try (bytes.map(CChar.init(bitPattern:)) + [0]).withUnsafeBufferPointer { buffer in
            try buffer.baseAddress.map(body) ?? body("")
        }
    }
}
