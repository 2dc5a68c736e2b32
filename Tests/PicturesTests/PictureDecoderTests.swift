import Pictures
import Testing

extension PicturesTests {
    @Test func manyPicturesAreDecodedEachToItsPlace() throws {
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
        #expect(done == [32, 64, 96, 128, 130])
    }

    @Test func nothingIsDecodedToNothing() throws {
        let decoded = try PictureDecoder(pythonPaths: DrawnPictures.pythonPaths).decode(
            [], side: 32)
        #expect(decoded.pixels.isEmpty && decoded.problems.isEmpty)
    }
}

/// Serialized: there is one interpreter.
@Suite(.serialized) struct PicturesTests {}
