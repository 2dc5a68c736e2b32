import BigEggs
import Foundation
import Pictures
import Testing

/// ImageNet's layout: training pictures in folders named by WordNet's numbers, test pictures in one folder,
/// and lists of test pictures' classes and of class names.
extension PicturesTests {
    private final class ImageNet {
        let drawn: DrawnPictures
        /// The class of each test picture.
        static let labels = [2, 0, 1, 1, 2, 0]
        static let folders = ["n01440764", "n01443537", "n02012849"]

        /// Draws the pictures. Red encodes the class.
        init() throws {
            drawn = try DrawnPictures()
            for (label, folder) in Self.folders.enumerated() {
                for number in 0..<4 {
                    try drawn.plain(
                        "in/train/\(folder)/\(folder)_\(number).jpg",
                        color: [UInt8(100 * label), UInt8(60 * number), 9])
                }
            }
            for (number, label) in Self.labels.enumerated() {
                try drawn.plain(
                    "in/val/val_\(number).jpg", color: [UInt8(100 * label), UInt8(40 * number), 99])
            }
            try drawn.plain("in/test/test_1.jpg", color: [1, 2, 3])
        }

        func list(_ name: String, _ text: String) throws -> String {
            let file = drawn.url.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path
        }

        func load(labels: String? = nil, names: String? = nil, share: Double? = nil) throws -> LoadedDataset {
            try PictureFolder(
                drawn.path + "/in",
                options: .init(validationSplit: share, testLabels: labels, classNames: names),
                pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache"
            ).load()
        }
    }

    @Test func aListGivesTheClassesOfTestPicturesInOneFolder() throws {
        let set = try ImageNet()
        let rows = ImageNet.labels.enumerated()
        let lists = [
            rows.map { "val_\($0).jpg \($1)\n" }.joined(),
            rows.map { "val/val_\($0).jpg\t\(ImageNet.folders[$1])\r\n" }.joined(),
            "ImageId,PredictionString\n"
                + rows.map { "val_\($0),\(ImageNet.folders[$1]) 85 1 499 272 \n" }.joined(),
        ]
        var checksums: Set<String> = []
        for list in lists {
            let loaded = try set.load(labels: set.list("list.txt", list))
            #expect(loaded.train.classNames == ImageNet.folders && loaded.train.count == 12)
            #expect(loaded.test.count == 6)
            for index in 0..<6 {
                let red = Int(loaded.test.image(at: index)[0])
                #expect(abs(red - 100 * Int(loaded.test.labels.values[index])) < 4)
            }
            #expect(loaded.notice?.contains("those of val are used for testing") == true)
            #expect(
                loaded.provenance.statement?.contains(
                    "The classes of the test pictures are those of list.txt.") == true)
            checksums.insert(loaded.provenance.checksum)
        }
        // The same pictures sorted into folders are the same data set.
        for (number, label) in rows {
            let folder = "\(set.drawn.path)/in/val/\(ImageNet.folders[label])"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.moveItem(
                atPath: "\(set.drawn.path)/in/val/val_\(number).jpg", toPath: "\(folder)/val_\(number).jpg")
        }
        checksums.insert(try set.load().provenance.checksum)
        #expect(checksums.count == 1)
    }

    @Test func unmatchedPicturesAndListEntriesAreReported() throws {
        let set = try ImageNet()
        let list = try set.list("list.txt", "val_0.jpg 2\nval_1.jpg 0\nval_2.jpg 1\nval_77.jpg 1\n")
        let loaded = try set.load(labels: list)
        #expect(loaded.test.count == 3)
        #expect(
            loaded.notice?.contains(
                "Not used: 3 pictures in \(set.drawn.path)/in/val that \(list) has no class for.") == true)
        #expect(
            loaded.notice?.contains("Not there: 1 picture of \(list), in \(set.drawn.path)/in/val.") == true)
    }

    @Test func aListGivesTheClassNames() throws {
        let set = try ImageNet()
        let labels = try set.list("val.txt", "val_0.jpg 2\nval_1.jpg 0\nval_2.jpg 1\n")
        let names = try set.list(
            "words.txt",
            "n01440764 tench, Tinca tinca\nn01443537\tgoldfish, Carassius auratus\nn9 more\nn02012849 crane,\n"
        )
        let loaded = try set.load(labels: labels, names: names)
        #expect(
            loaded.train.classNames == ["tench", "goldfish", "crane"] && loaded.test.classNames.count == 3)
        #expect(
            loaded.provenance.statement?.contains("The names of the classes are those of words.txt.") == true)
        // Two classes with the same name get different names.
        let same = try set.list(
            "words.txt", "n01440764,crane, machine\nn01443537 crane\nn02012849 crane\n")
        #expect(
            try set.load(labels: labels, names: same).train.classNames
                == ["crane, machine", "crane (n01443537)", "crane (n02012849)"])
    }

    /// Folders may have numbers as names. A list has either folder names or class indices, never both.
    @Test func numbersAreFolderNamesOnlyIfEveryLineHasAFolderName() throws {
        let drawn = try DrawnPictures()
        for label in 1...3 {
            for number in 0..<2 {
                try drawn.plain("in/train/\(label)/\(number).png", color: [UInt8(label), 0, 0])
                try drawn.plain("in/val/\(label)-\(number).png", color: [UInt8(label), 0, 0])
            }
        }
        func labels(_ list: [(Int, Int)]) throws -> [Int32] {
            let file = drawn.url.appending(path: "list.txt")
            try Data(list.map { "\($0.0)-0.png \($0.1)\n" }.joined().utf8).write(to: file)
            let test = try PictureFolder(
                drawn.path + "/in", options: .init(testLabels: file.path),
                pythonPaths: DrawnPictures.pythonPaths, cache: drawn.path + "/cache"
            ).load().test
            return (0..<test.count).map { Int32(test.image(at: $0)[0]) - 1 - test.labels.values[$0] }
        }
        #expect(try labels([(1, 1), (2, 2), (3, 3)]) == [0, 0, 0])
        #expect(try labels([(2, 1), (1, 0), (3, 2)]) == [0, 0, 0])
        #expect(throws: PictureFolderError.self) { try labels([(1, 1), (2, 0), (3, 3)]) }
    }

    /// With a corrected list, no picture is decoded again.
    @Test func anotherListDecodesNoPictureAgain() throws {
        let set = try ImageNet()
        func decoded(_ text: String) throws -> Int {
            var count = 0
            let options = PictureFolder.Options(testLabels: try set.list("list.txt", text))
            _ = try PictureFolder(
                set.drawn.path + "/in", options: options, pythonPaths: DrawnPictures.pythonPaths,
                cache: set.drawn.path + "/cache"
            ).load { if $0.work == .decoding { count = $0.done } }
            return count
        }
        #expect(try decoded("val_0.jpg 1\nval_1.jpg 0\n") == 14)
        #expect(try decoded("val_0.jpg 2\nval_1.jpg 0\n") == 0)
    }

    @Test func invalidListsAreRefusedWithTheLine() throws {
        let set = try ImageNet()
        func expect(
            _ error: PictureFolderError, _ labels: String?, names: String? = nil, share: Double? = nil
        ) {
            #expect(throws: error) { try set.load(labels: labels, names: names, share: share) }
        }
        let devkit = try set.list("ground_truth.txt", "val_0.jpg 1\n490\n361\n")
        expect(.labelLine(file: devkit, line: 2, text: "490"), devkit)
        for label in ["n9", "3", "-1"] {
            let list = try set.list("list.txt", "val_0.jpg 1\n\nval_1.jpg \(label)\n")
            expect(.unknownLabel(file: list, line: 3, label: label, classes: 3), list)
        }
        let other = try set.list("list.txt", "a.jpg 1\n")
        let folders = ["test", "val"].map { "\(set.drawn.path)/in/\($0)" }
        expect(.noneListed(file: other, folders: folders), other)
        expect(.labelsOfUndivided(file: other), other, share: 0.5)
        let good = try set.list("good.txt", "val_0.jpg 1\n")
        let words = try set.list("words.txt", "n01440764 tench\n")
        expect(.noClassName(file: words, folder: "n01443537"), good, names: words)
        let short = try set.list("words.txt", "n01440764\n")
        expect(.labelLine(file: short, line: 1, text: "n01440764"), good, names: short)
        expect(.noList(file: "/gone/list.txt", reason: "there is no such file"), "/gone/list.txt")
        expect(.noList(file: set.drawn.path, reason: "it is not a file"), good, names: set.drawn.path)
        expect(.noClassFolders(path: folders[0], areTests: true), nil)
        let twice = try set.list("twice.txt", "val_0.jpg 1\nval_1.jpg 0\nval/val_0.jpg 2\n")
        expect(.twoLabels(file: twice, lines: [1, 3], name: "val_0.jpg"), twice)
        for line in ["n01440764, ", "n01440764  ", "n01440764 ,"] {
            let empty = try set.list("empty.txt", "n01443537 goldfish\n\(line)\n")
            expect(.labelLine(file: empty, line: 2, text: line), good, names: empty)
        }
    }
}
