import BigEggs
import Foundation
import Pictures
import Testing

extension PicturesTests {
    private func folder(
        _ drawn: DrawnPictures, _ inner: String = "", share: Double? = nil, seed: UInt64 = 7,
        skip: Bool = false
    ) -> PictureFolder {
        PictureFolder(
            drawn.path + inner,
            options: .init(validationSplit: share, splitSeed: seed, skipUnreadable: skip),
            pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache")
    }

    /// Draws pictures of up to three classes. The color identifies each: red is the class, green the number.
    private func three(_ counts: [Int], in inner: String) throws -> DrawnPictures {
        let drawn = try DrawnPictures()
        for (label, name) in ["ant", "bee", "cat"].enumerated() where label < counts.count {
            for number in 0..<counts[label] {
                try drawn.plain(
                    "\(inner)\(name)/\(number).png", size: (32 + number, 40),
                    color: [UInt8(label), UInt8(number), 9])
            }
        }
        return drawn
    }

    /// The numbers of a split's pictures by class, read from their pixels.
    private func numbers(_ images: ImageDataset) -> [[Int]] {
        var numbers: [[Int]] = images.classNames.map { _ in [] }
        for index in 0..<images.count {
            let pixels = images.image(at: index)
            #expect(pixels.count == 3072 && pixels.dropFirst(3).prefix(3) == pixels.prefix(3))
            #expect(Int32(pixels[pixels.startIndex]) == images.labels.values[index])
            numbers[Int(pixels[pixels.startIndex])].append(Int(pixels[pixels.startIndex + 1]))
        }
        return numbers
    }

    @Test func copiesSmallClassesAndSmallPicturesAreFound() throws {
        let drawn = try three([24, 22, 4], in: "mine/train/")
        for name in ["ant", "bee", "cat"] {
            try drawn.plain(
                "mine/test/\(name)/1.png", size: (20, 70), color: [9, 9, UInt8(name.utf8.first ?? 0)])
        }
        func copy(_ one: String, _ other: String) throws {
            try FileManager.default.copyItem(
                atPath: drawn.path + "/mine/" + one, toPath: drawn.path + "/mine/" + other)
        }
        try copy("train/ant/0.png", "train/ant/copy.png")
        try copy("train/ant/1.png", "train/bee/ant.png")
        try copy("train/bee/2.png", "test/bee/2.png")
        let found = try folder(drawn, "/mine").examine().findings
        #expect(
            found.copies == [
                ["train/ant/0.png", "train/ant/copy.png"], ["train/ant/1.png", "train/bee/ant.png"],
                ["train/bee/2.png", "test/bee/2.png"],
            ])
        #expect(found.copiesInBothSplits == [["train/bee/2.png", "test/bee/2.png"]])
        #expect(found.copiesInSeveralClasses == [["train/ant/1.png", "train/bee/ant.png"]])
        #expect(found.smallClasses.map(\.name) == ["cat"] && found.smallClasses.map(\.train) == [4])
        #expect(found.leastSide == 20 && found.greatestSide == 40 && found.enlarged == 3)
        #expect(
            found.sentences == [
                "The pictures' shorter sides have 20 to 40 pixels; 3 pictures have fewer than 32 and are enlarged.",
                "3 pictures have the content of another one, such as train/ant/copy.png and train/ant/0.png.",
                "Copies are for training and for testing, such as train/bee/2.png and test/bee/2.png: the test accuracy "
                    + "will be too good. Remove one side.",
                "Copies are in several classes, such as train/ant/1.png and train/bee/ant.png. Remove the wrong one.",
                "Few pictures for training, hard to learn from: cat (4).",
            ])
    }

    @Test func findingsAndPixelsAreCachedForEachImageSize() throws {
        let drawn = try three([22, 22], in: "mine/")
        func examined(_ imageSize: Int) throws -> (dataset: LoadedDataset, findings: PictureFindings) {
            try PictureFolder(
                drawn.path + "/mine", options: .init(validationSplit: 0.1, imageSize: imageSize),
                pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache"
            ).examine()
        }
        let (first, large) = (try examined(32), try examined(48))
        #expect(
            first.dataset.train.imageShape == [32, 32, 3] && large.dataset.train.imageShape == [48, 48, 3])
        #expect(first.findings.enlarged == 0 && large.findings.enlarged == 44)
        let files = try FileManager.default.contentsOfDirectory(atPath: drawn.path + "/cache/pictures")
        #expect(files.count == 4)
        let (again, largeAgain) = (try examined(32), try examined(48))
        #expect(again.findings == first.findings && largeAgain.findings == large.findings)
        func bytes(_ images: ImageDataset) -> [[UInt8]] {
            (0..<images.count).map { Array(images.image(at: $0)) }
        }
        #expect(bytes(again.dataset.train) == bytes(first.dataset.train))
        #expect(bytes(largeAgain.dataset.test) == bytes(large.dataset.test))
    }

    @Test func classNamesAndImagesComeFromTheFolders() throws {
        let drawn = try three([3, 5, 4], in: "mine/train/")
        try drawn.plain("mine/test/cat/1.jpg", color: [2, 1, 9])
        try drawn.plain("mine/test/ant/deep/er/2.png", color: [0, 2, 9])
        for stray in [
            "mine/.DS_Store", "mine/train/bee/.hidden", "mine/train/bee/Thumbs.db", "mine/readme.txt",
        ] {
            try drawn.text(stray)
        }
        try Data("From my garden.".utf8).write(to: drawn.url.appending(path: "mine/PROVENANCE.txt"))
        let loaded = try folder(drawn, "/mine").load()
        #expect(loaded.train.classNames == ["ant", "bee", "cat"])
        #expect(loaded.test.classNames == ["ant", "bee", "cat"])
        #expect(loaded.train.imageShape == [32, 32, 3])
        #expect(loaded.train.labels.shape == [12, 1])
        #expect(numbers(loaded.train).map { $0.sorted() } == [[0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 3]])
        #expect(loaded.test.labels.values.sorted() == [0, 2])
        #expect(loaded.provenance.name == "mine (own pictures)")
        #expect(loaded.provenance.isOwn && !loaded.provenance.isOfficial && !loaded.provenance.isStandIn)
        #expect(loaded.provenance.statement?.hasSuffix("\n\nFrom my garden.") == true)
        #expect(loaded.notice == "\(drawn.path)/mine has no test pictures of bee.")
    }

    @Test func anyPrefixOfASplitHasTheClassProportionsOfTheWhole() throws {
        let drawn = try three([30, 20, 10], in: "mine/")
        let train = try folder(drawn, "/mine", share: 0.1).load().train
        #expect(train.count == 54)
        for part in [6, 12, 18, 36] {
            let counts = numbers(train.prefix(part)).map(\.count)
            #expect(counts == [part / 2, part / 3, part / 6])
        }
    }

    @Test func validationSplitTakesTheSameShareOfEachClassInEveryRun() throws {
        let drawn = try three([20, 40, 11], in: "mine/")
        let loaded = try folder(drawn, "/mine", share: 0.25).load()
        let (train, test) = (numbers(loaded.train), numbers(loaded.test))
        #expect(test.map(\.count) == [5, 10, 3])
        for (label, count) in [20, 40, 11].enumerated() {
            #expect((train[label] + test[label]).sorted() == Array(0..<count))
        }
        #expect(try numbers(folder(drawn, "/mine", share: 0.25).load().test) == test)
        let other = try numbers(folder(drawn, "/mine", share: 0.25, seed: 8).load().test)
        #expect(other.map(\.count) == [5, 10, 3] && other != test)
        // The pictures of a smaller share are also in a larger one, and an added picture moves few others.
        let fewer = try numbers(folder(drawn, "/mine", share: 0.1).load().test)
        #expect(zip(fewer, test).allSatisfy { Set($0).isSubset(of: Set($1)) })
        try drawn.plain("mine/bee/new.png", color: [1, 200, 9])
        let more = try numbers(folder(drawn, "/mine", share: 0.25).load().test)
        #expect(Set(more[1]).symmetricDifference(Set(test[1])).count <= 2)
        #expect(
            loaded.provenance.statement?.contains("--validation-split 0.25 --split-seed 7") == true)
    }

    @Test func theChecksumCoversNamesContentsAndSplit() throws {
        let drawn = try three([8, 8], in: "mine/")
        let loaded = try folder(drawn, "/mine", share: 0.25).load()
        let checksum = loaded.provenance.checksum
        #expect(checksum.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil)
        #expect(try folder(drawn, "/mine", share: 0.25).checksum() == checksum)
        #expect(try folder(drawn, "/mine", share: 0.25, seed: 8).checksum() != checksum)
        #expect(try folder(drawn, "/mine", share: 0.5).checksum() != checksum)

        // The same pictures in split folders, divided in the same way, are the same data set.
        let files = FileManager.default
        for (split, images) in [("train", loaded.train), ("test", loaded.test)] {
            for (label, numbers) in numbers(images).enumerated() {
                let name = images.classNames[label]
                let to = "\(drawn.path)/divided/\(split)/\(name)"
                try files.createDirectory(atPath: to, withIntermediateDirectories: true)
                for number in numbers {
                    try files.copyItem(
                        atPath: "\(drawn.path)/mine/\(name)/\(number).png", toPath: "\(to)/\(number).png")
                }
            }
        }
        let divided = try folder(drawn, "/divided").load()
        #expect(divided.provenance.checksum == checksum)
        #expect(divided.train.images == loaded.train.images && divided.test.images == loaded.test.images)

        try files.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: drawn.path + "/mine/ant/0.png")
        #expect(try folder(drawn, "/mine", share: 0.25).checksum() == checksum)
        try drawn.plain("mine/ant/0.png", color: [0, 0, 10])
        #expect(try folder(drawn, "/mine", share: 0.25).checksum() != checksum)
    }

    @Test func filesThatAreNotPicturesAreRefusedOrSkipped() throws {
        let drawn = try three([20, 20], in: "mine/")
        for number in 0..<12 { try drawn.text("mine/bee/bad\(number + 10).jpg") }
        let error = #expect(throws: PictureFolderError.self) {
            try folder(drawn, "/mine", share: 0.25).load()
        }
        let description = error?.description ?? ""
        #expect(description.hasPrefix("12 files of \(drawn.path)/mine cannot be used ("))
        #expect(description.contains("bee/bad10.jpg is no picture") && description.contains("bad19.jpg"))
        #expect(
            !description.contains("bad20.jpg") && description.contains("; and 2 more): remove them, or add"))

        let loaded = try folder(drawn, "/mine", share: 0.25, skip: true).load()
        #expect(loaded.train.count + loaded.test.count == 40)
        #expect(loaded.provenance.statement?.contains("12 files") == true)
        #expect(try folder(drawn, "/mine", share: 0.25, skip: true).checksum() == loaded.provenance.checksum)

        try drawn.text("none/train/ant/1.png")
        try drawn.plain("none/train/bee/1.png", color: [1, 1, 1])
        for name in ["ant", "bee"] { try drawn.plain("none/test/\(name)/1.png", color: [1, 1, 1]) }
        #expect(throws: PictureFolderError.nothingUsable(name: "ant")) {
            try folder(drawn, "/none", skip: true).load()
        }
    }

    @Test func invalidDirectoriesAreRefusedWithTheReason() throws {
        let drawn = try three([8, 1], in: "few/")
        func expect(_ error: PictureFolderError, _ inner: String, share: Double? = nil) {
            #expect(throws: error) { try folder(drawn, inner, share: share).load() }
            #expect(throws: error) { try folder(drawn, inner, share: share).checksum() }
        }
        expect(.undivided(path: drawn.path + "/few"), "/few")
        expect(.tooFew(name: "bee", count: 1, share: 0.25), "/few", share: 0.25)
        expect(.tooFew(name: "ant", count: 8, share: 0.05), "/few", share: 0.05)
        expect(.tooFew(name: "ant", count: 8, share: 0.97), "/few", share: 0.97)

        try drawn.plain("one/ant/1.png", color: [0, 0, 0])
        for share in [nil, 0.5] {
            expect(.noClasses(path: drawn.path + "/one", found: ["ant"], inner: nil), "/one", share: share)
        }

        for name in ["train/ant", "train/bee", "test/ant", "test/cow"] {
            try drawn.plain("extra/\(name)/1.png", color: [0, 0, 0])
        }
        expect(
            .notTrained(path: drawn.path + "/extra/test", name: "cow", trained: drawn.path + "/extra/train"),
            "/extra")
        expect(
            .dividedTwice(path: drawn.path + "/extra", splits: ["train", "test"]), "/extra", share: 0.5)

        try drawn.plain("hollow/ant/1.png", color: [0, 0, 0])
        try FileManager.default.createDirectory(
            atPath: drawn.path + "/hollow/bee/inner", withIntermediateDirectories: true)
        expect(.empty(folder: drawn.path + "/hollow/bee"), "/hollow", share: 0.5)
        expect(.unlisted(folder: drawn.path + "/gone", reason: "No such file or directory"), "/gone")
    }

    @Test func aThousandClassesAreLoadedAndOneMoreIsRefused() throws {
        let drawn = try DrawnPictures()
        let picture = try drawn.plain("picture.png", color: [1, 2, 3])
        for number in 0..<1001 {
            let folder = "\(drawn.path)/mine/\(number)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for name in ["a", "b"] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/\(name).png", withDestinationPath: picture)
            }
        }
        #expect(
            throws: PictureFolderError.tooManyClasses(path: drawn.path + "/mine", count: 1001, most: 1000)
        ) {
            try folder(drawn, "/mine", share: 0.5).load()
        }
        try FileManager.default.removeItem(atPath: drawn.path + "/mine/7")
        let loaded = try folder(drawn, "/mine", share: 0.5).load()
        #expect(loaded.train.classNames.count == 1000 && loaded.train.count == 1000)
        #expect(Set(loaded.test.labels.values) == Set(0..<1000))
    }

    @Test func aCIFAR10DirectoryIsNotAPictureFolder() throws {
        let drawn = try DrawnPictures()
        #expect(PictureFolder.isOne(drawn.path))
        #expect(!PictureFolder.isOne(drawn.path + "/gone"))
        #expect(!PictureFolder.isOne(try drawn.text("archive.tar.gz")))
        for name in ["data_batch_1.bin", "test_batch.bin", "batches.meta.txt", "cifar-10-batches-bin/x"] {
            let other = try DrawnPictures()
            try other.text(name)
            #expect(!PictureFolder.isOne(other.path))
        }
    }
}
