/// The camera's orientation, from the metadata of a JPEG file (Exif 2.32, 4.6.4: tag 0x0112, Orientation).
enum ExifOrientation {
    /// The orientation in a JPEG file: 1 to 8, 1 for upright.
    ///
    /// - Returns: nil for metadata that is damaged or in another format; Pillow reads more formats.
    static func of(_ file: UnsafeRawBufferPointer) -> Int? {
        var at = 2
        var found: Int?
        while let (marker, segment) = segment(of: file, at: at) {
            // The image data begins.
            if marker == 0xDA { return found ?? 1 }
            if marker == 0xE1 {
                if segment.starts(with: exif) {
                    guard found == nil,
                        let orientation = orientation(
                            in: UnsafeRawBufferPointer(rebasing: segment.dropFirst(exif.count)))
                    else { return nil }
                    found = orientation
                } else if segment.contains(xmp) {
                    return nil
                }
            }
            at += 4 + segment.count
        }
        return nil
    }

    private static let exif = Array("Exif\0\0".utf8)
    /// Adobe's XMP metadata may have an orientation too; Pillow reads it.
    private static let xmp = Array("tiff:Orientation".utf8)

    /// A marker and its segment, without the length field; nil if there is no valid segment.
    private static func segment(
        of file: UnsafeRawBufferPointer, at place: Int
    ) -> (marker: UInt8, UnsafeRawBufferPointer)? {
        guard place + 4 <= file.count, file[place] == 0xFF, (0xC0...0xFE).contains(file[place + 1])
        else { return nil }
        let length = Int(file[place + 2]) << 8 | Int(file[place + 3])
        guard length >= 2, place + 2 + length <= file.count else { return nil }
        return (file[place + 1], UnsafeRawBufferPointer(rebasing: file[place + 4..<place + 2 + length]))
    }

    /// The orientation in metadata in TIFF format; 1 if it has none, nil if it is damaged.
    private static func orientation(in notes: UnsafeRawBufferPointer) -> Int? {
        guard notes.count >= 8 else { return nil }
        let isLittle = notes[0] == UInt8(ascii: "I")
        guard notes[0] == notes[1], isLittle || notes[0] == UInt8(ascii: "M") else { return nil }
        func number(at place: Int, bytes: Int) -> Int? {
            guard place >= 0, place + bytes <= notes.count else { return nil }
            let digits = notes[place..<place + bytes]
            return isLittle
                ? digits.reversed().reduce(0) { $0 << 8 | Int($1) }
                : digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for entry in 0..<entries {
            let place = directory + 2 + 12 * entry
            guard let tag = number(at: place, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // The type must be a 16-bit number, and the count 1.
            guard number(at: place + 2, bytes: 2) == 3, number(at: place + 4, bytes: 4) == 1,
                let value = number(at: place + 8, bytes: 2)
            else { return nil }
            return (1...8).contains(value) ? value : 1
        }
        return 1
    }
}
