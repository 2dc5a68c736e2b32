import Foundation

/// Where to look for the data set.
public enum DataSource: Sendable, Equatable {
    /// What `BIGEGGS_DATA` names, else the cache, else the official archive over the network, else,
    /// where that cannot be reached, the stand-in Fashion-MNIST. With a value in `BIGEGGS_OFFLINE` the
    /// network counts as out of reach.
    case automatic
    /// As ``automatic``, but an error instead of the stand-in.
    case cifar10
    /// Fashion-MNIST from Debian's package `dataset-fashion-mnist`.
    case fashionMNIST
    /// CIFAR-10 in a directory or a `.tar.gz` archive.
    case path(String)

    /// The source that a command line argument names: `auto`, `cifar10`, `fashion-mnist`, or a path.
    public init(_ argument: String) {
        switch argument {
        case "auto": self = .automatic
        case "cifar10": self = .cifar10
        case "fashion-mnist": self = .fashionMNIST
        default: self = .path(argument)
        }
    }

    /// Whether the data set can be loaded without a download.
    public var isAtHand: Bool {
        switch self {
        case .path, .fashionMNIST: true
        case .automatic, .cifar10: DataLocations().archiveAtHand != nil
        }
    }

    /// Loads both splits.
    ///
    /// - Parameters:
    ///   - needed: the splits that must have images; another one that the data set lacks is empty.
    ///   - progress: is called while an archive is downloaded, on the caller's thread.
    /// - Throws: ``DataError`` if there is no data set or something is wrong with it, ``DownloadError``
    ///   if the download breaks off or is refused.
    public func load(
        needing needed: DatasetSplits = .all, progress: ((DownloadProgress) -> Void)? = nil
    ) throws -> LoadedDataset {
        try load(needing: needed, at: DataLocations(), progress: progress)
    }

    /// Sees to it that ``load(progress:)`` needs no network: downloads the archive, if that is what it
    /// would do.
    ///
    /// - Parameter progress: as for ``load(progress:)``.
    /// - Returns: why the archive is out of reach, if it is; as the value of `BIGEGGS_OFFLINE` it saves
    ///   other processes from finding out again, each after some time.
    /// - Throws: ``DownloadError`` if the download breaks off or is refused.
    public func fetch(progress: ((DownloadProgress) -> Void)? = nil) throws -> String? {
        try fetch(at: DataLocations(), progress: progress)
    }

    package func fetch(
        at locations: DataLocations, progress: ((DownloadProgress) -> Void)? = nil
    ) throws -> String? {
        guard self == .automatic || self == .cifar10 else { return nil }
        do {
            _ = try locations.archive(progress: progress)
            return nil
        } catch let error as DownloadError where error.meansOutOfReach {
            if case .unreachable(_, let reason) = error { return reason }
            return error.description
        }
    }

    package func load(
        needing needed: DatasetSplits = .all, at locations: DataLocations,
        progress: ((DownloadProgress) -> Void)? = nil
    ) throws -> LoadedDataset {
        switch self {
        case .path(let path):
            return try CIFAR10Reader.load(path, needing: needed)
        case .fashionMNIST:
            return try FashionMNIST.load(from: locations.fashionMNIST)
        case .automatic, .cifar10:
            do {
                return try CIFAR10Reader.load(locations.archive(progress: progress), needing: needed)
            } catch let error as DownloadError where error.meansOutOfReach {
                guard self == .automatic else {
                    throw DataError.cifar10Unavailable(reason: error.description)
                }
                return try FashionMNIST.load(from: locations.fashionMNIST, because: error.description)
            }
        }
    }
}

/// The places where ``DataSource`` looks; tests put their own in.
package struct DataLocations: Sendable {
    package var environment: [String: String]
    package var download: Download
    package var fashionMNIST: String

    package init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        download: Download = Download(), fashionMNIST: String = FashionMNIST.directory
    ) {
        self.environment = environment
        self.download = download
        self.fashionMNIST = fashionMNIST
    }

    /// `$XDG_CACHE_HOME/bigeggs`, by default `~/.cache/bigeggs`. Relative paths are ignored, as the XDG
    /// specification has it.
    package var cache: String {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/bigeggs" }
        // Programs that a system starts may have no home, or an empty one.
        let given = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = given ?? FileManager.default.homeDirectoryForCurrentUser.path
        return home + "/.cache/bigeggs"
    }

    /// The path of CIFAR-10 where it needs no download: the one that `BIGEGGS_DATA` names, or that of the
    /// archive in the cache.
    var archiveAtHand: String? {
        if let path = environment["BIGEGGS_DATA"], !path.isEmpty { return path }
        let path = download.path(in: cache)
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// The path of CIFAR-10: the one that `BIGEGGS_DATA` names, or that of the archive in the cache,
    /// where it is put first if it is not there.
    func archive(progress: ((DownloadProgress) -> Void)?) throws -> String {
        if let path = environment["BIGEGGS_DATA"], !path.isEmpty { return path }
        var download = download
        if let value = environment["BIGEGGS_OFFLINE"], !value.isEmpty {
            download.offline = value == "1" ? "BIGEGGS_OFFLINE is set" : value
        }
        return try download.fetch(into: cache, progress: progress)
    }
}
