import BigEggs
import Foundation
import Pictures
import Testing

/// Directories as people and programs create them: which folders are classes, splits, or neither.
extension PicturesTests {
    /// The expected result of loading a directory.
    enum Outcome {
        /// The class names, the numbers of images, and texts that the notice contains or does not contain.
        case loads([String], train: Int, test: Int, says: [String] = [], not: [String] = [])
        /// Texts that the error message contains.
        case refused([String])
    }

    /// A directory: its files, which are pictures if their names end in .png, and links with their targets.
    struct Directory: CustomTestStringConvertible {
        let testDescription: String
        var files: [String]
        var links: [String: String] = [:]
        /// The value of `--validation-split`.
        var share: Double?
        let outcome: Outcome

        init(
            _ description: String, _ files: [String], links: [String: String] = [:], share: Double? = nil,
            _ outcome: Outcome
        ) {
            testDescription = description
            self.files = files
            self.links = links
            self.share = share
            self.outcome = outcome
        }
    }

    /// The paths of pictures 1 to `count` in each folder.
    private static func pictures(_ folders: String..., count: Int = 2) -> [String] {
        folders.flatMap { folder in (1...count).map { "\(folder)/\($0).png" } }
    }

    static let splits = [
        Directory(
            "capitals", pictures("Train/cat", "Train/dog", "Test/cat", "Test/dog"),
            .loads(["cat", "dog"], train: 4, test: 4)),
        Directory(
            "Keras's tutorials and PyTorch's", pictures("train/ant", "train/bee", "val/ant", "val/bee"),
            .loads(["ant", "bee"], train: 4, test: 4, says: ["has no test pictures: those of val are used"])),
        Directory(
            "Training and Testing", pictures("Training/a", "Training/b", "TESTING/a", "TESTING/b"),
            .loads(["a", "b"], train: 4, test: 4, not: ["Not used"])),
        Directory(
            "words with what means nothing", pictures("train_set/a", "train_set/b", "ValidationImages/a"),
            .loads(
                ["a", "b"], train: 4, test: 2,
                says: ["those of ValidationImages are used", "no test pictures of b"])),
        Directory(
            "three splits", pictures("train/a", "train/b", "valid/a", "valid/b", "test/a", "test/b"),
            .loads(["a", "b"], train: 4, test: 4, says: ["Not used: valid, beside train and test"])),
        Directory(
            "test pictures that nobody sorted", pictures("train/a", "train/b", "val/a", "val/b", "test"),
            .loads(["a", "b"], train: 4, test: 4, says: ["those of val are", "Not used: test, beside"])),
        Directory(
            "Kaggle's folders in folders",
            pictures(
                "seg_train/seg_train/a", "seg_train/seg_train/b", "seg_test/seg_test/a", "seg_pred/seg_pred"),
            .loads(
                ["a", "b"], train: 4, test: 2, says: ["Not used: seg_pred, beside seg_train and seg_test"])),
        Directory(
            "a share of splits", pictures("Train/a", "Train/b", "val/a", "val/b"), share: 0.5,
            .refused(["is divided into Train and val already: leave out --validation-split"])),
        Directory(
            "a share of train and validation", pictures("train/a", "train/b", "validation/a"), share: 0.2,
            .refused(["train and validation already"])),
        Directory(
            "splits beside classes", pictures("train/a", "train/b", "val/a", "val/b", "cat", "dog"),
            .refused([
                "has train and val beside pictures in cat and dog, so it is unclear whether they are classes or the "
                    + "training and validation pictures: rename them"
            ])),
        Directory(
            "a share of splits beside classes", pictures("train/a", "val/a", "cat", "dog"), share: 0.2,
            .refused(["whether they are classes or the"])),
        Directory(
            "one split beside classes", pictures("train/a", "train/b", "cat"), share: 0.2,
            .refused(["whether train is a class or the training pictures: rename it"])),
        Directory(
            "pictures to be told beside classes", pictures("cat", "dog", "test"), share: 0.2,
            .refused(["whether test is a class or the test pictures: rename it if it is a class"])),
        Directory(
            "two spellings", pictures("train/a", "Train/a", "test/a"),
            .refused(["has Train and train, which are all names for the training pictures: keep one"])),
        Directory(
            "two domains", pictures("trainA", "trainB", "testA", "testB"), share: 0.5,
            .refused(["has trainA and trainB, which are all names for the training pictures"])),
        Directory(
            "one split alone", pictures("train/a", "train/b"), share: 0.5,
            .refused(["add ", "/train with --validation-split 0.2"])),
        Directory("no training", pictures("test/a", "val/a"), .refused(["no folder for train beside it"])),
        Directory(
            "pictures of dogs and cats in one folder", pictures("train", "test1"), share: 0.5,
            .refused(["/train has no folder for each class"])),
        Directory(
            "splits without classes", pictures("train", "val"), share: 0.5,
            .refused(["/train has no folder for each"])),
        Directory(
            "trains among other vehicles", pictures("bus", "train", "car"), share: 0.5,
            .loads(["bus", "car", "train"], train: 3, test: 3, says: ["train in", "is taken for a class"])),
        Directory(
            "valid and invalid", pictures("valid", "invalid"), share: 0.5,
            .loads(["invalid", "valid"], train: 2, test: 2, says: ["valid in"])),
        Directory(
            "words that hold a split's", pictures("bullet_train", "test_tube", "latest", "trainer"),
            share: 0.5,
            .loads(["bullet_train", "latest", "test_tube", "trainer"], train: 4, test: 4, not: ["taken for"])),
    ]

    static let systems = [
        Directory(
            "a camera's card", pictures("DCIM/100CANON", "DCIM/101CANON"), share: 0.5,
            .refused(["holds the folders of a camera"])),
        Directory(
            "a phone's", pictures("DCIM/Camera", "DCIM/Screenshots", "Pictures/Instagram"), share: 0.5,
            .refused(["holds the folders of a camera"])),
        Directory(
            "Synology",
            pictures("cat", "dog", "@eaDir/x.jpg", "cat/@eaDir/1.png", "#recycle", "dog/#recycle"),
            share: 0.5,
            .loads(["cat", "dog"], train: 2, test: 2, not: ["Not used"])),
        Directory(
            "QNAP", pictures("cat", "dog", "@Recycle", "cat/.@__thumb", "@Recently-Snapshot/cat"), share: 0.5,
            .loads(["cat", "dog"], train: 2, test: 2)),
        Directory(
            "a Windows drive",
            pictures(
                "cat", "dog", "$RECYCLE.BIN", "$Recycle.Bin/S-1", "System Volume Information", "FOUND.000")
                + ["cat/Thumbs.db", "cat/ehthumbs.db", "dog/Desktop.ini", "thumbs.db"], share: 0.5,
            .loads(["cat", "dog"], train: 2, test: 2)),
        Directory(
            "a Mac's zip",
            pictures(
                "train/cat", "train/dog", "test/cat", "test/dog", "__MACOSX/train/cat", "train/__MACOSX/cat")
                + ["train/cat/._1.png", "train/cat/.DS_Store", ".DS_Store", "test/dog/Icon\r"],
            .loads(["cat", "dog"], train: 4, test: 4, not: ["Not used"])),
        Directory(
            "a Linux disk", pictures("cat", "dog", "lost+found", ".Trash-1000/files", "cat/.thumbnails"),
            share: 0.5,
            .loads(["cat", "dog"], train: 2, test: 2)),
        Directory(
            "Picasa and notebooks",
            pictures("cat", "dog", ".ipynb_checkpoints") + ["cat/.picasa.ini", "dog/Picasa.ini"],
            share: 0.5, .loads(["cat", "dog"], train: 2, test: 2)),
        Directory(
            "a zip's one folder",
            pictures("flowers/daisy", "flowers/rose", "__MACOSX/flowers") + ["LICENSE.txt"],
            .refused([
                "there is only the folder flowers; give ", "/flowers if its folders are the classes",
            ])),
        Directory(
            "one folder in another", pictures("a/b/daisy", "a/b/rose"), share: 0.5,
            .refused(["/a/b if its folders"])),
        Directory(
            "what is no class", pictures("cat", "dog") + ["docs/a.pdf", "docs/b.pdf"], share: 0.5,
            .refused(["no file in the folder ", "/docs can be used (", "; and 1 more): remove the folder if"])
        ),
        Directory(
            "pictures in no folder", pictures("cat", "dog") + ["1.png", "2.png", "notes.txt"], share: 0.5,
            .loads(
                ["cat", "dog"], train: 2, test: 2, says: ["Not used: 2 pictures in ", "in no class's folder"])
        ),
    ]

    static let nested = [
        Directory(
            "classes in folders of years", pictures("2019/cat", "2019/dog", "2020/cat", "2020/dog"),
            share: 0.5,
            .loads(
                ["2019", "2020"], train: 4, test: 4,
                says: ["The classes are 2019 and 2020, and not cat and dog, "])),
        Directory(
            "splits in classes",
            pictures("train/cat/train", "train/cat/val", "train/dog/train", "train/dog/val")
                + pictures("test/cat", "test/dog"),
            .loads(["cat", "dog"], train: 8, test: 4, says: ["are cat and dog, and not train and val, "])),
        Directory(
            "classes with other folders", pictures("cat/small", "cat/large", "dog/small", "dog/old"),
            share: 0.5,
            .loads(["cat", "dog"], train: 4, test: 4, not: ["The classes are"])),
        Directory(
            "a folder of each class's own", pictures("cat/images", "dog/images"), share: 0.5,
            .loads(["cat", "dog"], train: 2, test: 2, not: ["The classes are"])),
    ]

    static let links = [
        Directory(
            "folders above", pictures("cat", "dog"),
            links: ["cat/up": "..", "cat/higher": "../..", "dog/self": ".", "dog/root": "/"], share: 0.5,
            .loads(
                ["cat", "dog"], train: 2, test: 2,
                says: ["Not followed: ", "/cat/higher, ", "links to a folder above"])),
        Directory(
            "the class's own folder, twice", pictures("cat", "cat/more", "dog"), links: ["cat/again": "more"],
            share: 0.5,
            .loads(["cat", "dog"], train: 3, test: 3, not: ["Not followed"])),
        Directory(
            "a folder elsewhere, with one back", pictures("cat", "dog", "../elsewhere"),
            links: ["cat/far": "../../elsewhere", "../elsewhere/back": "../mine/cat"], share: 0.5,
            .loads(["cat", "dog"], train: 3, test: 3, says: ["Not followed"])),
        Directory(
            "a sibling inside a class", pictures("cat", "dog"), links: ["cat/more": "../dog"], share: 0.5,
            .refused(["/cat/more and ", "/dog are the same folder"])),
        Directory(
            "a folder inside a sibling", pictures("cat", "dog/small"), links: ["cat/more": "../dog/small"],
            share: 0.5,
            .refused(["/dog/small and ", "/cat/more are the same folder"])),
        Directory(
            "a sibling as a class", pictures("cat", "dog"), links: ["hound": "dog"], share: 0.5,
            .refused(["/hound and ", "/dog are the same folder"])),
        Directory(
            "the training pictures as test", pictures("train/cat", "train/dog"), links: ["test": "train"],
            .refused(["/test and ", "/train are the same folder"])),
        Directory(
            "a test class in a training class", pictures("train/cat", "train/dog", "test/cat"),
            links: ["train/cat/more": "../../test/cat"], .refused(["are the same folder"])),
        Directory(
            "another spelling", pictures("train/cat", "train/dog", "test/cat"), links: ["Train": "train"],
            .loads(["cat", "dog"], train: 4, test: 2)),
        Directory(
            "classes elsewhere", pictures("cat", "../far/dog"), links: ["dog": "../far/dog"], share: 0.5,
            .loads(["cat", "dog"], train: 2, test: 2)),
        Directory(
            "a class that is not there", pictures("cat", "dog"), links: ["bird": "/gone/bird"], share: 0.5,
            .refused(["/bird is a link to /gone/bird, which is not there: repair or remove it"])),
        Directory(
            "a test class that is not there", pictures("train/cat", "train/dog", "test/cat"),
            links: ["test/dog": "nowhere"],
            .refused(["/test/dog is a link to nowhere, which is not there"])),
        Directory(
            "a picture that is not there", pictures("cat", "dog"), links: ["cat/3.png": "/gone/3.png"],
            share: 0.5,
            .refused(["/cat/3.png is a link to /gone/3.png, which is not there): remove it, or add"])),
    ]

    @Test(arguments: splits + systems + nested + links)
    func aDirectoryIsLoadedAsExpectedOrRefused(_ directory: Directory) throws {
        let drawn = try DrawnPictures()
        let picture = try drawn.plain("picture.png", color: [1, 2, 3])
        let root = drawn.path + "/mine"
        let files = FileManager.default
        for file in directory.files {
            let path = "\(root)/\(file)"
            try files.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
                withIntermediateDirectories: true)
            if path.hasSuffix(".png") {
                try files.copyItem(atPath: picture, toPath: path)
            } else {
                try Data("no picture".utf8).write(to: URL(fileURLWithPath: path))
            }
        }
        for (link, target) in directory.links {
            try files.createSymbolicLink(atPath: "\(root)/\(link)", withDestinationPath: target)
        }
        let folder = PictureFolder(
            root, options: .init(validationSplit: directory.share), pythonPaths: DrawnPictures.pythonPaths,
            cache: drawn.path + "/cache")
        switch directory.outcome {
        case .loads(let names, let train, let test, let says, let not):
            let loaded = try folder.load()
            #expect(loaded.train.classNames == names)
            #expect(loaded.train.count == train && loaded.test.count == test)
            let notice = loaded.notice ?? ""
            for part in says { #expect(notice.contains(part), "\(notice)") }
            for part in not { #expect(!notice.contains(part), "\(notice)") }
            #expect(try folder.checksum() == loaded.provenance.checksum)
        case .refused(let parts):
            let error = #expect(throws: PictureFolderError.self) { try folder.load() }
            let text = error?.description ?? ""
            for part in parts { #expect(text.contains(part), "\(text)") }
            #expect(text.contains(root) && !text.contains("\n"))
        }
    }

    /// The checksum does not depend on the split folders' names, and is the same as in earlier versions.
    @Test(arguments: [("train", "test"), ("Train", "Test"), ("training", "val")])
    func theChecksumDoesNotDependOnSplitFolderNames(train: String, test: String) throws {
        let drawn = try DrawnPictures()
        let names = ["cat/1", "cat/2", "cat/B/1", "cat/a/1", "dog/Übung 1"]
        for name in names { try drawn.text("mine/\(train)/\(name)") }
        for name in ["cat/3", "dog/1"] { try drawn.text("mine/\(test)/\(name)") }
        let digest = try Checksum.sha256(ofText: "no picture")
        let lines =
            names.map { "\(digest) train/\($0)\n" } + ["cat/3", "dog/1"].map { "\(digest) test/\($0)\n" }
        let folder = PictureFolder(
            drawn.path + "/mine", pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache")
        #expect(try folder.checksum() == "sha256:" + Checksum.sha256(ofText: lines.joined()))
    }

    /// Names in Latin-1, in Shift-JIS, and of bytes that are not text in any encoding.
    @Test(
        arguments: [[0x63, 0x61, 0x66, 0xE9], [0x83, 0x5C, 0x83, 0x8C], [0xFF, 0xFE, 0xC3]] as [[UInt8]])
    func namesThatAreNotUTF8AreUsedAndShownInEscapes(name: [UInt8]) throws {
        let drawn = try DrawnPictures()
        /// Renames `mine/x` to a path followed by bytes.
        func rename(_ path: String, to bytes: [UInt8]) {
            let new = (Array("\(drawn.path)/\(path)".utf8) + bytes + [0]).map(CChar.init(bitPattern:))
            #expect(Foundation.rename(drawn.path + "/mine/x", new) == 0)
        }
        for number in 1...4 {
            let picture = try drawn.plain("mine/cat/\(number).png", color: [1, UInt8(number), 9])
            try FileManager.default.createDirectory(
                atPath: drawn.path + "/mine/odd", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: picture, toPath: drawn.path + "/mine/x")
            rename("mine/odd/\(number)", to: name)
            try drawn.plain("mine/odd/\(number).png", color: [0, 100 + UInt8(number), 9])
        }
        try FileManager.default.moveItem(atPath: drawn.path + "/mine/odd", toPath: drawn.path + "/mine/x")
        rename("mine/", to: name)
        func folder(_ skip: Bool = false) -> PictureFolder {
            PictureFolder(
                drawn.path + "/mine", options: .init(validationSplit: 0.25, skipUnreadable: skip),
                pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache")
        }
        let loaded = try folder().load()
        let escaped = String(decoding: name, as: UTF8.self).contains("\u{FFFD}")
        let shown = try #require(loaded.train.classNames.first { $0 != "cat" })
        #expect(escaped && shown.contains("\\x") && !shown.contains("\u{FFFD}"))
        #expect(loaded.train.count + loaded.test.count == 12)
        #expect(try folder().checksum() == loaded.provenance.checksum)
        let kept = try folder().load { if $0.work == .decoding { Issue.record("decoded again") } }
        #expect(kept.train.images == loaded.train.images && kept.provenance == loaded.provenance)

        // The error for a file that is no picture shows such a name in escapes.
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: drawn.path + "/mine/x"))
        rename("mine/cat/", to: name)
        let error = #expect(throws: PictureFolderError.self) { try folder().load() }
        #expect(error?.description.contains("/mine/cat/\(shown) is no picture in") == true)
        #expect(try folder(true).load().train.classNames == loaded.train.classNames)
    }

    @Test func foldersWithCanonicallyEqualNamesAreRefused() throws {
        let drawn = try DrawnPictures()
        for name in ["caf\u{E9}", "cafe\u{301}", "tea"] { try drawn.text("mine/\(name)/1") }
        for name in ["caf\u{E9}", "tea"] { try drawn.text("both/train/\(name)/1") }
        for name in ["cafe\u{301}", "tea"] { try drawn.text("both/test/\(name)/1") }
        func folder(_ name: String, share: Double?) -> PictureFolder {
            PictureFolder(
                "\(drawn.path)/\(name)", options: .init(validationSplit: share),
                pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache")
        }
        #expect(throws: PictureFolderError.sameName(path: drawn.path + "/mine", name: "caf\u{E9}")) {
            try folder("mine", share: 0.5).checksum()
        }
        // Folders with such names in different splits are one class.
        _ = try folder("both", share: nil).checksum()
    }
}
