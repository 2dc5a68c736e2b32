import BigEggs
import Foundation
import Testing

@Suite struct DownloadTests {
    private let archive: SmallArchive
    private let server: DownloadServer
    private let cache: TemporaryDirectory
    private var download = Download()

    init() throws {
        archive = try SmallArchive()
        server = try DownloadServer(serving: archive.path)
        cache = try TemporaryDirectory()
        download.md5 = try Checksum.md5(of: archive.path)
        download.address = server.address("good")
        // Under ThreadSanitizer on a busy machine, an answer took more than the default 10 seconds.
        download.connectTimeout = 60
    }

    private var locations: DataLocations {
        DataLocations(environment: ["XDG_CACHE_HOME": cache.path], download: download)
    }

    private var filesInCache: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: cache.path + "/bigeggs")) ?? []
    }

    private func fetch() throws { _ = try download.fetch(into: cache.path + "/bigeggs") }

    @Test func downloadedArchiveIsCachedAndLoadedFromTheCache() throws {
        var reports: [DownloadProgress] = []
        let first = try DataSource.automatic.load(at: locations) { reports.append($0) }
        let last = try #require(reports.last)
        #expect(last.received == last.total)
        #expect(last.secondsLeft == 0)
        #expect(first.train.labels.values == [3, 9, 0])
        #expect(first.provenance.path == cache.path + "/bigeggs/archive.tar.gz")
        #expect(filesInCache == ["archive.tar.gz"])
        var offline = locations
        offline.download.address = "http://127.0.0.1:1/good/archive.tar.gz"
        #expect(try DataSource.automatic.load(at: offline).train.images == first.train.images)
    }

    /// The server serves the file once; the other callers must find it in the cache.
    @Test mutating func concurrentFetchesDownloadTheFileOnce() throws {
        download.address = server.address("once")
        let (download, path) = (download, cache.path + "/bigeggs")
        DispatchQueue.concurrentPerform(iterations: 3) { _ in
            #expect(throws: Never.self) { try download.fetch(into: path) }
        }
        #expect(filesInCache == ["archive.tar.gz"])
    }

    @Test mutating func redirectionIsFollowed() throws {
        download.address = server.address("moved")
        try fetch()
        #expect(filesInCache == ["archive.tar.gz"])
    }

    @Test mutating func wrongChecksumIsRefusedAndNoFileIsKept() throws {
        let found = download.md5
        download.md5 = "c32a1d4ab5d03f1284b67883e8d87530"
        let expected = DownloadError.wrongChecksum(
            address: download.address, found: found, expected: download.md5)
        #expect(throws: expected) { try fetch() }
        #expect(filesInCache.isEmpty)
        // No stand-in is loaded either: the user must see that the file is wrong.
        #expect(throws: expected) { try DataSource.automatic.load(at: locations) }
    }

    @Test(arguments: [("missing", 404), ("broken", 500)])
    mutating func statusOtherThan200IsRefused(manner: String, code: Int) throws {
        download.address = server.address(manner)
        #expect(throws: DownloadError.status(address: download.address, code: code)) { try fetch() }
        #expect(filesInCache.isEmpty)
    }

    /// Like the login page of a captive portal.
    @Test mutating func webPageInPlaceOfTheFileIsRefused() throws {
        download.address = server.address("page")
        #expect(throws: DownloadError.page(address: download.address)) { try fetch() }
        #expect(filesInCache.isEmpty)
    }

    @Test mutating func circularRedirectionIsRefused() throws {
        download.address = server.address("in-circles")
        // Repeated, because cancelling a transfer while a response arrived once crashed the process.
        for _ in 0..<50 {
            #expect(throws: DownloadError.status(address: download.address, code: 302)) { try fetch() }
        }
        #expect(filesInCache.isEmpty)
    }

    @Test mutating func brokenConnectionIsAnError() throws {
        download.address = server.address("cut")
        let error = try #require(throws: DownloadError.self) { try fetch() }
        guard case .cutOff(download.address, _, _) = error else {
            Issue.record(error)
            return
        }
        #expect(filesInCache.isEmpty)
    }

    @Test mutating func stalledConnectionTimesOut() throws {
        download.address = server.address("stall")
        download.stallTimeout = 0.5
        let half = try Data(contentsOf: URL(fileURLWithPath: archive.path)).count / 2
        #expect(
            throws: DownloadError.stalled(address: download.address, received: half, seconds: 0.5)
        ) { try fetch() }
        #expect(filesInCache.isEmpty)
    }

    @Test mutating func serverThatNeverAnswersIsReportedAsUnreachable() throws {
        download.address = server.address("silent")
        download.connectTimeout = 0.5
        #expect(throws: DownloadError.unreachable(address: download.address, reason: "no answer in 0.5 s")) {
            try fetch()
        }
    }

    @Test mutating func tooLargeFileIsRefusedWithAndWithoutAContentLength() throws {
        let size = try Data(contentsOf: URL(fileURLWithPath: archive.path)).count
        download.byteLimit = size - 1
        #expect(throws: DownloadError.tooLarge(address: download.address, limit: size - 1)) { try fetch() }
        download.byteLimit = 10 * size
        download.address = server.address("boast")
        #expect(throws: DownloadError.tooLarge(address: download.address, limit: 10 * size)) { try fetch() }
        download.address = server.address("endless")
        #expect(throws: DownloadError.tooLarge(address: download.address, limit: 10 * size)) { try fetch() }
        #expect(filesInCache.isEmpty)
    }

    /// The archive contains noise, which does not compress, so it is larger than the disk.
    @Test(.enabled(if: FullDisk.canBeMounted, "only root can mount a file system"))
    mutating func fullDiskIsReportedAndNoFileIsKept() throws {
        let noise = try SmallArchive {
            let pixels = (0..<20 * 3073).map { $0 % 3073 == 0 ? 4 : UInt8.random(in: 0...255) }
            try $0.write(pixels, to: "cifar-10-batches-bin/data_batch_2.bin")
        }
        let server = try DownloadServer(serving: noise.path)
        download.address = server.address("good")
        download.md5 = try Checksum.md5(of: noise.path)
        let download = download
        try FullDisk.mounted(kilobytes: 16) { disk in
            let part = disk + "/cache/archive.tar.gz.part"
            #expect(throws: DownloadError.unwritable(path: part, reason: "No space left on device")) {
                try download.fetch(into: disk + "/cache")
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: disk + "/cache")
            #expect(left.isEmpty)
        }
        withExtendedLifetime(server) {}
    }

    @Test func unwritableCacheIsReported() throws {
        let file = try cache.write([], to: "file")
        let error = try #require(throws: DownloadError.self) { try download.fetch(into: file + "/bigeggs") }
        guard case .unwritable = error else {
            Issue.record(error)
            return
        }
    }
}
