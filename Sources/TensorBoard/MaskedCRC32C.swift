/// The checksum of an event file's records: CRC-32C, rotated and offset, so that it also works for data that
/// contains checksums.
///
/// Source: RFC 3720, appendix B.4, for the polynomial; TensorFlow's `tsl/lib/hash/crc32c.h` for the mask.
enum MaskedCRC32C {
    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
        crc = ~crc
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
}
