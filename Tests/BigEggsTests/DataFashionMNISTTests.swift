import BigEggs
import Foundation
import Testing

@Suite struct DataFashionMNISTTests {
    @Test func packageImagesArePaddedAndHaveThreeChannels() throws {
        let dataset = try DataSource.fashionMNIST.load()
        #expect(dataset.train.shape == [60_000, 32, 32, 3])
        #expect(dataset.test.shape == [10_000, 32, 32, 3])
        #expect(dataset.train.labels.shape == [60_000, 1])
        #expect(dataset.train.classNames[9] == "ankle boot")
        #expect(dataset.provenance.name == "Fashion-MNIST")
        #expect(dataset.provenance.isStandIn)
        #expect(!dataset.provenance.isCIFAR10)
        for label in Int32(0)..<10 {
            #expect(dataset.test.labels.values.count { $0 == label } == 1_000)
        }
    }

    @Test func imagesArePaddedByTwoPixelsInAllChannels() throws {
        let directory = try IdxFiles().directory
        let dataset = try DataSource.fashionMNIST.load(at: DataLocations(fashionMNIST: directory.path))
        for index in 0..<2 {
            for (position, pixel) in dataset.train.image(at: index).enumerated() {
                let (row, column) = (position / 96 - 2, position / 3 % 32 - 2)
                let isInside = (0..<28).contains(row) && (0..<28).contains(column)
                #expect(pixel == (isInside ? IdxFiles.pixel(index * 784 + row * 28 + column) : 0))
            }
        }
        #expect(dataset.train.labels.values == [4, 7])
        #expect(dataset.notice == nil)
    }

    @Test func wrongMagicNumberIsRefused() throws {
        var files = try IdxFiles()
        files.imageHeader[3] = 1
        let directory = try files.write()
        #expect(
            throws: DataError.idxMagic(
                file: directory.path + "/train-images-idx3-ubyte.gz", found: 0x801, expected: 0x803)
        ) { try DataSource.fashionMNIST.load(at: DataLocations(fashionMNIST: directory.path)) }
    }

    @Test func wrongShapeAndLengthAndCountsAreRefused() throws {
        func load(_ change: (inout IdxFiles) -> Void) throws -> DataError? {
            var files = try IdxFiles()
            change(&files)
            let directory = try files.write()
            return #expect(throws: DataError.self) {
                try DataSource.fashionMNIST.load(at: DataLocations(fashionMNIST: directory.path))
            }
        }
        guard case .idxShape(_, [2, 28, 27], _) = try load({ $0.imageHeader[15] = 27 }) else {
            Issue.record("shape")
            return
        }
        guard case .idxShape = try load({ $0.imageHeader[4] = 0xff }) else {
            Issue.record("a count that would fill the memory")
            return
        }
        guard case .idxLength(_, 3) = try load({ $0.imageHeader[7] = 3 }) else {
            Issue.record("too few pixels")
            return
        }
        guard case .idxLength(_, 1) = try load({ $0.labels = [0, 0, 8, 1, 0, 0, 0, 1, 4, 7] }) else {
            Issue.record("too many labels")
            return
        }
        let counts = try load { $0.labels = [0, 0, 8, 1, 0, 0, 0, 1, 4] }
        #expect(counts == .idxCounts(images: 2, labels: 1))
        guard case .labelOutOfRange(_, 1, 10, 10) = try load({ $0.labels[9] = 10 }) else {
            Issue.record("label")
            return
        }
    }

    @Test func missingPackageIsReported() throws {
        let directory = try TemporaryDirectory()
        let error = try #require(throws: DataError.self) {
            try DataSource.fashionMNIST.load(at: DataLocations(fashionMNIST: directory.path))
        }
        #expect(error == .standInMissing(path: directory.path, reason: nil))
        #expect(error.description.contains("apt-get install dataset-fashion-mnist"))
    }
}

/// Two images in Fashion-MNIST's four files, with known bytes.
struct IdxFiles {
    let directory: TemporaryDirectory
    var imageHeader: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]
    var labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 4, 7]

    static func pixel(_ position: Int) -> UInt8 { UInt8(truncatingIfNeeded: position * 13 + 5) }

    /// Creates a directory with the files.
    init() throws {
        directory = try TemporaryDirectory()
        try write()
    }

    @discardableResult func write() throws -> TemporaryDirectory {
        for split in ["train", "t10k"] {
            try directory.write(
                imageHeader + (0..<2 * 784).map(Self.pixel), to: "\(split)-images-idx3-ubyte")
            try directory.write(labels, to: "\(split)-labels-idx1-ubyte")
        }
        try directory.run("/bin/sh", "-c", "gzip -f *-ubyte")
        return directory
    }
}
