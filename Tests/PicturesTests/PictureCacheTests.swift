import BigEggs
import Foundation
import Pictures
import Testing

/// Which decoded pictures are kept, and when they are used again.
extension PicturesTests {
    /// A directory `mine` with two classes of pictures, and its cache.
    private final class Cached {
        let drawn: DrawnPictures
        var cache: String { drawn.path + "/cache/pictures" }

        init(each: Int) throws {
            drawn = try DrawnPictures()
            for name in ["ant", "bee"] {
                for number in 0..<each {
                    try drawn.plain(
                        "mine/\(name)/\(number).png",
                        color: [UInt8(number), UInt8(number / 256), name == "ant" ? 1 : 2])
                }
            }
        }

        /// Loads the directory. Returns the images, how many were decoded now, and how many before; both
        /// numbers are 0 if none is decoded now.
        func load(
            cacheSize: Int = 1_000_000_000, imageSize: Int = 32,
            progress: (PictureProgress) -> Void = { _ in }
        ) throws -> (LoadedDataset, decoded: Int, from: Int) {
            var (first, last): (Int?, Int) = (nil, 0)
            let loaded = try PictureFolder(
                drawn.path + "/mine",
                options: .init(validationSplit: 0.25, imageSize: imageSize, cacheSize: cacheSize),
                pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache"
            ).load {
                progress($0)
                guard $0.work == .decoding else { return }
                first = first ?? $0.done
                last = $0.done
            }
            return (loaded, last - (first ?? 0), first ?? 0)
        }

        func file(_ ending: String) throws -> URL {
            let names = try FileManager.default.contentsOfDirectory(atPath: cache)
            return URL(fileURLWithPath: "\(cache)/\(try #require(names.first { $0.hasSuffix(ending) }))")
        }

        var entries: [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []).filter {
                $0.hasSuffix(".pixels")
            }
        }
    }

    @Test func decodedPicturesAreKeptUntilAFileChanges() throws {
        let cached = try Cached(each: 4)
        let (first, decoded, _) = try cached.load()
        #expect(decoded == 8)
        let (second, again, _) = try cached.load()
        #expect(again == 0)
        #expect(second.train.images == first.train.images && second.provenance == first.provenance)

        try cached.drawn.plain("mine/ant/0.png", size: (50, 50), color: [0, 77, 9])
        let (changed, anew, from) = try cached.load()
        #expect(anew == 8 && from == 0)
        #expect(changed.train.images.contains(77) || changed.test.images.contains(77))
        // A mapping of the old file stays valid.
        #expect(!first.train.images.contains(77) && !first.test.images.contains(77))
        #expect(cached.entries.count == 1)
    }

    @Test func aDamagedCacheIsDecodedAgain() throws {
        let cached = try Cached(each: 4)
        let first = try cached.load().0
        // Copies, because the test damages the file that the images are mapped from.
        let (train, test) = (first.train.images, first.test.images)
        func expectAnew() throws {
            let (repaired, redone, from) = try cached.load()
            #expect(redone == 8 && from == 0)
            #expect(repaired.train.images == train && repaired.test.images == test)
            #expect(try cached.load().decoded == 0)
        }
        for ending in ["pixels", "jsonl"] {
            for bytes in [
                Data(), Data(repeating: 255, count: 8), try Data(contentsOf: cached.file(ending)).dropLast(1),
            ] {
                try bytes.write(to: cached.file(ending))
                try expectAnew()
            }
        }
        var pixels = try Data(contentsOf: cached.file("pixels"))
        pixels[3072 * 5 + 77] ^= 1
        try pixels.write(to: cached.file("pixels"))
        try expectAnew()
        try FileManager.default.removeItem(at: cached.file("pixels"))
        try expectAnew()
    }

    /// The journal is as a killed process leaves it: some lines are complete, and the next one is partial.
    @Test func interruptedDecodingResumesWhereItEnded() throws {
        let cached = try Cached(each: 150)
        let (whole, decoded, _) = try cached.load()
        #expect(decoded == 300)
        let lines = try String(contentsOf: cached.file("jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 4)
        for (kept, from) in [(1, 0), (2, 128), (3, 256)] {
            let journal = lines.prefix(kept).joined(separator: "\n") + "\n" + lines[kept].prefix(50)
            try Data(journal.utf8).write(to: cached.file("jsonl"))
            let (again, decoded, found) = try cached.load()
            #expect(found == from && decoded == 300 - from)
            #expect(again.train.images == whole.train.images && again.test.images == whole.test.images)
            #expect(again.provenance == whole.provenance)
            #expect(
                try String(contentsOf: cached.file("jsonl"), encoding: .utf8).split(separator: "\n") == lines)
        }
    }

    @Test func aSecondProcessWaitsWhileAnotherDecodes() throws {
        let cached = try Cached(each: 4)
        _ = try cached.load()
        // Locks the cache entry as a process does that is decoding.
        let descriptor = open(try cached.file("jsonl").path, O_RDWR)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        var waited = false
        let (_, decoded, _) = try cached.load {
            guard $0.work == .waiting else { return }
            waited = true
            flock(descriptor, LOCK_UN)
        }
        #expect(waited && decoded == 0)
    }

    @Test func theLeastRecentlyUsedEntryIsEvicted() throws {
        let cached = try Cached(each: 4)
        // The pictures take 24, 38 and 55 kB at 32, 40 and 48 pixels; files take whole blocks of the disk.
        _ = try cached.load(cacheSize: 100_000, imageSize: 32)
        _ = try cached.load(cacheSize: 100_000, imageSize: 40)
        #expect(cached.entries.count == 2)
        // This use of the first entry makes the second the least recently used.
        #expect(try cached.load(cacheSize: 100_000, imageSize: 32).decoded == 0)
        #expect(try cached.load(cacheSize: 100_000, imageSize: 48).decoded == 8)
        #expect(cached.entries.map { $0.suffix(10) }.sorted() == ["-32.pixels", "-48.pixels"])
        #expect(try cached.load(cacheSize: 100_000, imageSize: 32).decoded == 0)

        // Pictures that do not fit into the cache are decoded into memory, each time.
        for cacheSize in [0, 20_000] {
            let (inMemory, decoded, _) = try cached.load(cacheSize: cacheSize, imageSize: 56)
            #expect(decoded == 8 && inMemory.train.images.count == 6 * 56 * 56 * 3)
            #expect(cached.entries.count == 2)
        }
    }

    @Test func theNoRoomErrorStatesTheSizes() throws {
        let error = PictureFolderError.noRoom(
            path: "mine", needed: 98_304_000_000, imageSize: 128, cache: "/cache", room: 20_000_000_000,
            memory: 1_540_000_000)
        #expect(
            error.description
                == "the pictures of mine take 98 GB at 128×128 pixels, but /cache has room for 20 GB, and memory "
                + "for 1.5 GB: give a larger --cache-size, free some of the disk, or choose a smaller "
                + "--image-size")
    }

    /// A failure to read a file may be temporary; a fault in its content is not.
    @Test func anUnreadableFileIsTriedAgain() throws {
        let cached = try Cached(each: 4)
        let link = cached.drawn.path + "/mine/ant/link.png"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: cached.drawn.path + "/away.png")
        func decoded() -> Int {
            var decoded = 0
            #expect(throws: PictureFolderError.self) {
                try cached.load { if $0.work == .decoding { decoded = $0.done } }
            }
            return decoded
        }
        #expect(decoded() == 9 && decoded() == 9)
        try FileManager.default.removeItem(atPath: link)
        try cached.drawn.text("mine/ant/text.png")
        #expect(decoded() == 9 && decoded() == 0)
    }

    @Test func withAnUnwritableCachePicturesAreDecodedIntoMemory() throws {
        let cached = try Cached(each: 4)
        try Data().write(to: URL(fileURLWithPath: cached.drawn.path + "/cache"))
        var said: [String] = []
        #expect(try cached.load { said += [$0.work.sentence].compactMap { $0 } }.decoded == 8)
        #expect(
            said == [
                "The pictures are decoded into memory, 25 kB, and again in the next run: \(cached.cache) has room for 0 kB (--cache-size)"
            ])
    }
}
