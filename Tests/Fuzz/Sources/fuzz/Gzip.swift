/// Makes valid gzip files whose contents are stored without compression.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc1952>
enum Gzip {
    static func stored(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var file: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
        var start = 0
        repeat {
            let count = min(bytes.count - start, 0xffff)
            let isLast = start + count == bytes.count
            file += [isLast ? 1 : 0] + littleEndian(UInt16(count)) + littleEndian(~UInt16(count))
            file += bytes[start..<start + count]
            start += count
        } while start < bytes.count
        return file + littleEndian(checksum(bytes)) + littleEndian(UInt32(bytes.count))
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
    }

    private static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}
