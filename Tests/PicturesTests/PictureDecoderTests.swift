import CPictures
import EmbeddedPython
import Foundation
import Pictures
import Testing

extension PicturesTests {
    @Test func manyPicturesAreDecodedInOrder() throws {
        let drawn = try DrawnPictures()
        var paths = try (0..<130).map { number in
            try drawn.plain(
                "\(number).png", size: (32 + number % 40, 40), color: [UInt8(number), 255 - UInt8(number), 7])
        }
        paths[5] = drawn.path + "/missing.png"
        paths[128] = try drawn.text("128.txt")
        var done: [Int] = []
        let decoded = try PictureDecoder(pythonPaths: DrawnPictures.pythonPaths)
            .decode(paths, side: 16) { done.append($0) }
        #expect(
            decoded.problems == [
                5: "\(paths[5]) does not exist",
                128: "\(paths[128]) is no picture in JPEG, PNG, WebP or GIF format",
            ])
        #expect(decoded.pixels.count == 130 * 16 * 16 * 3)
        for number in 0..<130 {
            let pixels = decoded.pixels[number * 768..<(number + 1) * 768]
            let color: [UInt8] =
                [5, 128].contains(number) ? [0, 0, 0] : [UInt8(number), 255 - UInt8(number), 7]
            #expect(
                stride(from: 0, to: 768, by: 3).allSatisfy { pixels.dropFirst($0).prefix(3) == color[...] })
        }
        #expect(done == [128, 130])
    }

    /// Odd sizes, sizes around those from which a JPEG is decoded at a half or a quarter of its size, and
    /// photographs' sizes.
    @Test(
        arguments: [
            (8, 8), (9, 31), (128, 129), (255, 256), (256, 257), (257, 600), (500, 375), (513, 1030),
            (1100, 1025),
        ])
    func jpegPixelsEqualThoseOfPillow(width: Int, height: Int) throws {
        let drawn = try DrawnPictures()
        var files: [String] = []
        for orientation in 1...8 {
            files.append(
                try drawn.clouds(
                    "\(orientation).jpg", size: (width, height), mode: orientation % 3 == 0 ? "L" : "RGB",
                    orientation: orientation, isProgressive: orientation > 4))
        }
        let decoder = PictureDecoder(pythonPaths: DrawnPictures.pythonPaths)
        for side in [8, 32, 64, 100, 224] {
            var expected = [UInt8](repeating: 0, count: files.count * side * side * 3)
            let shorter = try expected.withUnsafeMutableBytes {
                try Python.call(
                    "decode", in: "bigeggs_pictures", [.list(files.map { .string($0) }), .int(side)],
                    filling: $0)
            }
            #expect(shorter.list?.allSatisfy { $0 == .int(min(width, height)) } == true)
            let decoded = try decoder.decode(files, side: side)
            #expect(decoded.problems.isEmpty)
            #expect(decoded.pixels == expected, "\(side)")
            // libjpeg decodes each of these files without Pillow.
            for (index, file) in files.enumerated() {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
                var square = [UInt8](repeating: 0, count: side * side * 3)
                let found = picture_decode_jpeg(
                    bytes, bytes.count, Int32(side), Int32(max(128, side)), Int32(index + 1), &square)
                #expect(Int(found) == min(width, height))
                #expect(square[...] == expected[index * square.count..<(index + 1) * square.count])
            }
        }
    }

    /// Files that libjpeg cannot read without a warning go to Pillow.
    @Test func damagedAndRareJPEGFilesFallBackToPillow() throws {
        let drawn = try DrawnPictures()
        let whole = try drawn.clouds("whole.jpg", size: (300, 200), orientation: 6)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: whole)))
        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            let file = drawn.url.appending(path: name)
            try Data(bytes).write(to: file)
            return file.path
        }
        let exif = try #require(bytes.firstRange(of: Array("Exif\0\0".utf8)))
        var odd = bytes
        // With a byte order that is neither II nor MM, the orientation in the Exif data cannot be read.
        odd.replaceSubrange(exif.upperBound..<exif.upperBound + 2, with: Array("XX".utf8))
        let files = [
            try write("short.jpg", Array(bytes.prefix(bytes.count / 2))),
            try write("start.jpg", Array(bytes.prefix(400))),
            try write("notes.jpg", odd),
            try drawn.clouds("cmyk.jpg", size: (300, 200), mode: "CMYK", orientation: 3),
            whole,
        ]
        var square = [UInt8](repeating: 0, count: 3072)
        for file in files.prefix(2) {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            #expect(picture_decode_jpeg(bytes, bytes.count, 32, 128, 1, &square) == 0)
        }
        let decoded = try PictureDecoder(pythonPaths: DrawnPictures.pythonPaths).decode(files, side: 32)
        #expect(decoded.problems.keys.sorted() == [0, 1])
        #expect(decoded.problems[0]?.hasPrefix("\(files[0]) is damaged (") == true)
        var expected = [UInt8](repeating: 0, count: files.count * 3072)
        _ = try expected.withUnsafeMutableBytes {
            try Python.call(
                "decode", in: "bigeggs_pictures", [.list(files.map { .string($0) }), .int(32)], filling: $0)
        }
        #expect(decoded.pixels[(2 * 3072)...] == expected[(2 * 3072)...])
        #expect(decoded.pixels[..<(2 * 3072)].allSatisfy { $0 == 0 })
    }

    @Test func decodingNoFilesGivesNoPixels() throws {
        let decoded = try PictureDecoder(pythonPaths: DrawnPictures.pythonPaths).decode(
            [], side: 32)
        #expect(decoded.pixels.isEmpty && decoded.problems.isEmpty)
    }
}

/// Serialized: there is one interpreter.
@Suite(.serialized) struct PicturesTests {}
