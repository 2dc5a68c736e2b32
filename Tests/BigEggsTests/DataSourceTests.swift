import BigEggs
import Foundation
import Testing

@Suite struct DataSourceTests {
    /// Nothing answers on this port.
    private static let closedPort = "http://127.0.0.1:1/archive.tar.gz"
    private let cache: TemporaryDirectory

    init() throws { cache = try TemporaryDirectory() }

    private func offline(_ environment: [String: String] = [:], standIn: String) -> DataLocations {
        var download = Download()
        download.address = Self.closedPort
        return DataLocations(
            environment: environment.merging(["XDG_CACHE_HOME": cache.path]) { given, _ in given },
            download: download, fashionMNIST: standIn)
    }

    @Test func argumentsSelectSources() {
        #expect(DataSource("auto") == .automatic)
        #expect(DataSource("cifar10") == .cifar10)
        #expect(DataSource("fashion-mnist") == .fashionMNIST)
        #expect(DataSource("./cifar10") == .path("./cifar10"))
    }

    @Test(arguments: [DataSource.automatic, .cifar10])
    func environmentVariableSelectsTheDataset(source: DataSource) throws {
        let directory = try SmallBatches.directory()
        let locations = offline(["BIGEGGS_DATA": directory.path], standIn: "/nowhere")
        #expect(try source.load(at: locations).train.count == 3)
    }

    /// A data set that the user names is never replaced by another.
    @Test func environmentVariableWithAMissingPathIsAnError() throws {
        let locations = offline(["BIGEGGS_DATA": "/nowhere"], standIn: try IdxFiles().directory.path)
        #expect(throws: DataError.notFound(path: "/nowhere")) { try DataSource.automatic.load(at: locations) }
    }

    @Test(arguments: ["", "relative"])
    func emptyOrRelativeCacheVariablesAreIgnored(value: String) {
        let home = DataLocations(environment: ["HOME": "/home/egg", "XDG_CACHE_HOME": value])
        #expect(home.cache == "/home/egg/.cache/bigeggs")
        #expect(DataLocations(environment: ["XDG_CACHE_HOME": "/var/egg"]).cache == "/var/egg/bigeggs")
    }

    @Test func withoutNetworkTheStandInIsLoadedAndAnnounced() throws {
        let files = try IdxFiles()
        let dataset = try DataSource.automatic.load(
            at: offline(["BIGEGGS_DATA": ""], standIn: files.directory.path))
        #expect(dataset.provenance.isStandIn)
        #expect(dataset.train.count == 2)
        let notice = try #require(dataset.notice)
        #expect(notice.hasPrefix("Fashion-MNIST stands in for CIFAR-10"))
        #expect(notice.contains(Self.closedPort + " cannot be reached"))
    }

    @Test func withoutNetworkExplicitlyChosenCIFAR10IsAnError() throws {
        let files = try IdxFiles()
        let error = try #require(throws: DataError.self) {
            try DataSource.cifar10.load(at: offline(standIn: files.directory.path))
        }
        guard case .cifar10Unavailable(let reason) = error else {
            Issue.record(error)
            return
        }
        #expect(reason.contains(Self.closedPort))
    }

    /// If one process found no connection, the next one does not try again. The second address never answers.
    @Test func anUnreachableAddressIsTriedOnlyOnce() throws {
        let files = try IdxFiles()
        let reason = try #require(
            try DataSource.automatic.fetch(at: offline(standIn: files.directory.path)))
        var told = offline(["BIGEGGS_OFFLINE": reason], standIn: files.directory.path)
        told.download.address = "http://10.255.255.1/archive.tar.gz"
        let start = ContinuousClock.now
        let notice = try #require(try DataSource.automatic.load(at: told).notice)
        #expect(notice.hasSuffix("http://10.255.255.1/archive.tar.gz cannot be reached (\(reason))."))
        #expect(ContinuousClock.now - start < .seconds(2))
        told.environment["BIGEGGS_OFFLINE"] = "1"
        #expect(try DataSource.automatic.load(at: told).notice?.contains("BIGEGGS_OFFLINE is set") == true)
    }

    @Test func aPathIsNotFetched() throws {
        #expect(try DataSource.path("/nowhere").fetch(at: offline(standIn: "/nowhere")) == nil)
        let named = offline(["BIGEGGS_DATA": "/nowhere"], standIn: "/nowhere")
        #expect(try DataSource.automatic.fetch(at: named) == nil)
    }

    @Test func withoutNetworkAndStandInTheErrorSaysWhatToInstall() throws {
        let error = try #require(throws: DataError.self) {
            try DataSource.automatic.load(at: offline(standIn: cache.path))
        }
        #expect(error.description.contains(Self.closedPort))
        #expect(error.description.contains("apt-get install dataset-fashion-mnist"))
        #expect(error.description.contains("BIGEGGS_DATA"))
    }
}
