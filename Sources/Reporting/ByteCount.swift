import ArgumentParser

/// A number of bytes, written as `20GB`, `500 MB` or `0`.
public struct ByteCount: Equatable, Sendable, CustomStringConvertible {
    public let bytes: Int

    public init(bytes: Int) { self.bytes = bytes }

    /// Parses a number with MB, GB or TB, in powers of 1,000; 0 needs no unit.
    ///
    /// - Throws: `ValidationError` for anything else.
    public init(_ argument: String) throws {
        let text = argument.uppercased().filter { $0 != " " }
        guard text != "0" else {
            bytes = 0
            return
        }
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
            let number = Double(text.dropLast(unit.name.count)), number >= 0, number * unit.bytes < 1e18
        else {
            throw ValidationError(
                "\(argument) is not a size: give a number with MB, GB or TB, such as 20GB, or 0")
        }
        bytes = Int(number * unit.bytes)
    }

    private static let units = [
        (name: "MB", bytes: 1e6), (name: "GB", bytes: 1e9), (name: "TB", bytes: 1e12),
    ]

    /// The size as a command-line argument.
    public var description: String {
        let unit = Self.units.last { bytes % Int($0.bytes) == 0 }
        return bytes == 0
            ? "0" : unit.map { "\(bytes / Int($0.bytes))\($0.name)" } ?? "\(Double(bytes) / 1e6)MB"
    }
}
