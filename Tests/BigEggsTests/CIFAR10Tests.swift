import BigEggs
import Foundation
import Testing

@Suite struct CIFAR10Tests {
    @Test func channelPlanesBecomeInterleavedPixelsAndLabelsAColumn() throws {
        let directory = try SmallBatches.directory()
        let dataset = try DataSource.path(directory.path).load()
        #expect(dataset.train.shape == [3, 32, 32, 3])
        #expect(dataset.test.shape == [2, 32, 32, 3])
        #expect(dataset.train.labels.shape == [3, 1])
        #expect(dataset.train.labels.values == [3, 9, 0])
        #expect(dataset.test.labels.values == [1, 2])
        #expect(dataset.train.classNames == CIFAR10.classNames)
        #expect(dataset.train.rescale == 1)
        for image in 0..<3 {
            let expected = (0..<32 * 32 * 3).map {
                SmallBatches.pixel(image: image, row: $0 / 96, column: $0 / 3 % 32, channel: $0 % 3)
            }
            #expect(Array(dataset.train.image(at: image)) == expected)
        }
    }

    @Test func loadReturnsTheTrainingAndTestSplits() throws {
        let directory = try SmallBatches.directory()
        let (train, test) = try CIFAR10.load(from: .path(directory.path))
        #expect(train.labels.values == [3, 9, 0])
        #expect(test.labels.values == [1, 2])
    }

    @Test func batchDirectoryParentDirectoryAndArchiveLoadTheSameData() throws {
        let archive = try SmallArchive()
        let inner = archive.directory.path + "/cifar-10-batches-bin"
        let above = try DataSource.path(archive.directory.path).load()
        for path in [inner, inner + "/", archive.path] {
            let dataset = try DataSource.path(path).load()
            #expect(dataset.train.images == above.train.images)
            #expect(dataset.train.labels == above.train.labels)
            #expect(dataset.test.images == above.test.images)
        }
    }

    @Test func checksumOfADirectoryIsThatOfItsBatchesInOrder() throws {
        let directory = try SmallBatches.directory()
        try directory.write(SmallBatches.batch(labels: [7]), to: "cifar-10-batches-bin/data_batch_4.bin")
        let dataset = try DataSource.path(directory.path + "/cifar-10-batches-bin").load()
        let sum = try directory.run(
            "/bin/sh", "-c",
            "cd cifar-10-batches-bin; cat data_batch_1.bin data_batch_4.bin test_batch.bin | md5sum")
        #expect(dataset.provenance.checksum == "md5:" + sum.prefix(32))
        #expect(dataset.provenance.name == "CIFAR-10")
        #expect(dataset.provenance.file == "cifar-10-batches-bin")
        #expect(dataset.provenance.isCIFAR10)
        #expect(!dataset.provenance.isOfficial)
        #expect(!dataset.provenance.isStandIn)
        #expect(dataset.provenance.statement == nil)
        #expect(dataset.notice == nil)
    }

    @Test func batchesAreLoadedInTheOrderOfTheirNumbers() throws {
        let directory = try SmallBatches.directory()
        try directory.write(SmallBatches.batch(labels: [7]), to: "cifar-10-batches-bin/data_batch_5.bin")
        try directory.write(SmallBatches.batch(labels: [5, 6]), to: "cifar-10-batches-bin/data_batch_3.bin")
        let fromDirectory = try DataSource.path(directory.path).load()
        #expect(fromDirectory.train.labels.values == [3, 9, 0, 5, 6, 7])
        // The official archive does not hold its batches in order either.
        let members = ["5", "1", "3"].map { "cifar-10-batches-bin/data_batch_\($0).bin" }
        let names = ([members[0], "cifar-10-batches-bin/test_batch.bin"] + members[1...])
        try directory.run("/bin/sh", "-c", "tar -czf mixed.tar.gz " + names.joined(separator: " "))
        let fromArchive = try DataSource.path(directory.path + "/mixed.tar.gz").load()
        #expect(fromArchive.train.labels == fromDirectory.train.labels)
        #expect(fromArchive.train.images == fromDirectory.train.images)
    }

    @Test func optionalClassNamesAndStatementAreRead() throws {
        let names = (0..<10).map { "class \($0)" }
        let archive = try SmallArchive {
            try $0.write(
                Array((names.joined(separator: "\r\n") + "\r\n\r\n").utf8),
                to: "cifar-10-batches-bin/batches.meta.txt")
            try $0.write(Array("Decoded anew.\n".utf8), to: "cifar-10-batches-bin/PROVENANCE.txt")
        }
        for path in [archive.path, archive.directory.path] {
            let dataset = try DataSource.path(path).load()
            #expect(dataset.test.classNames == names)
            #expect(dataset.provenance.statement == "Decoded anew.")
        }
    }

    @Test func nineClassNamesAreRefused() throws {
        let directory = try SmallBatches.directory()
        let file = try directory.write(
            Array("a\nb\nc\nd\ne\nf\ng\nh\ni\n".utf8), to: "cifar-10-batches-bin/batches.meta.txt")
        #expect(throws: DataError.classNames(file: file, found: 9, expected: 10)) {
            try DataSource.path(directory.path).load()
        }
    }

    @Test func truncatedBatchIsRefusedWithItsNameAndSize() throws {
        let directory = try SmallBatches.directory()
        let file = try directory.write(
            SmallBatches.batch(labels: [1, 2]).dropLast(100), to: "cifar-10-batches-bin/data_batch_2.bin")
        let expected = DataError.truncated(file: file, bytes: 6046, recordBytes: 3073)
        #expect(throws: expected) { try DataSource.path(directory.path).load() }
        #expect(expected.description.contains("data_batch_2.bin is truncated: its 6046 bytes"))
        #expect(expected.description.contains("3073-byte records"))
    }

    @Test func emptyBatchIsRefused() throws {
        let directory = try SmallBatches.directory()
        let file = try directory.write([], to: "cifar-10-batches-bin/data_batch_2.bin")
        #expect(throws: DataError.empty(file: file)) { try DataSource.path(directory.path).load() }
    }

    @Test func labelAboveNineIsRefusedWithItsFileAndRecord() throws {
        let directory = try SmallBatches.directory()
        let file = try directory.write(
            SmallBatches.batch(labels: [1, 10]), to: "cifar-10-batches-bin/test_batch.bin")
        #expect(throws: DataError.labelOutOfRange(file: file, record: 1, label: 10, classes: 10)) {
            try DataSource.path(directory.path).load()
        }
    }

    @Test func directoryInPlaceOfABatchAndUnreadableBatchAreReported() throws {
        let directory = try SmallBatches.directory()
        let batch = directory.path + "/cifar-10-batches-bin/data_batch_2.bin"
        try FileManager.default.createDirectory(atPath: batch, withIntermediateDirectories: false)
        #expect(throws: DataError.neitherDirectoryNorArchive(path: batch)) {
            try DataSource.path(directory.path).load()
        }
        try FileManager.default.removeItem(atPath: batch)
        try directory.run("/bin/ln", "-s", "data_batch_2.bin", batch)
        let error = try #require(throws: DataError.self) { try DataSource.path(directory.path).load() }
        guard case .unreadable(batch, _) = error else {
            Issue.record(error)
            return
        }
    }

    @Test func batchOfMoreThanTenThousandRecordsIsRefused() throws {
        let directory = try SmallBatches.directory()
        let inner = directory.path + "/cifar-10-batches-bin"
        try directory.run("/usr/bin/truncate", "-s", "30733073", inner + "/test_batch.bin")
        #expect(throws: DataError.tooLarge(path: inner, member: "test_batch.bin", limit: 30_730_000)) {
            try DataSource.path(directory.path).load()
        }
    }

    @Test func missingTestOrTrainingBatchIsReported() throws {
        let directory = try SmallBatches.directory()
        let inner = directory.path + "/cifar-10-batches-bin"
        try FileManager.default.removeItem(atPath: inner + "/test_batch.bin")
        #expect(throws: DataError.missingTest(path: inner)) { try DataSource.path(inner).load() }
        let empty = try TemporaryDirectory()
        #expect(throws: DataError.missingTraining(path: empty.path)) {
            try DataSource.path(empty.path).load()
        }
    }

    @Test func pathWithoutADatasetIsRefused() throws {
        let directory = try TemporaryDirectory()
        let text = try directory.write(Array("airplane\n".utf8), to: "notes.txt")
        let empty = try directory.write([], to: "empty.tar.gz")
        let pipe = directory.path + "/pipe"
        try directory.run("/usr/bin/mkfifo", pipe)
        for path in [text, empty, pipe] {
            #expect(throws: DataError.neitherDirectoryNorArchive(path: path)) {
                try DataSource.path(path).load()
            }
        }
        let absent = directory.path + "/absent"
        #expect(throws: DataError.notFound(path: absent)) { try DataSource.path(absent).load() }
    }

    @Test(arguments: [("/data/cifar/", "cifar"), ("a.tar.gz", "a.tar.gz"), ("/data/cifar/../x/.", "x")])
    func fileOfAProvenanceIsTheLastComponentOfItsPath(path: String, file: String) {
        let provenance = DataProvenance(
            name: "CIFAR-10", path: path, checksum: "md5:0", isOfficial: false, isStandIn: false)
        #expect(provenance.file == file)
    }
}
