/// Where to look for the data set.
public enum DataSource: Sendable, Equatable {
    /// The first of: the path in `BIGEGGS_DATA`, the cache, the official archive over the network, the
    /// stand-in Fashion-MNIST if the archive cannot be reached. A non-empty `BIGEGGS_OFFLINE` disables the
    /// network.
    case automatic
    /// Like ``automatic``, but an error instead of the stand-in.
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

    /// Whether loading the data set needs no download.
    public var isAtHand: Bool {
        switch self {
        case .path, .fashionMNIST: true
        case .automatic, .cifar10: DataLocations().archiveAtHand != nil
        }
    }

    /// Loads both splits.
    ///
    /// - Parameters:
    ///   - needed: the splits that must have images; other splits may be empty.
    ///   - progress: is called while an archive is downloaded, on the caller's thread.
    /// - Throws: ``DataError`` if there is no data set or something is wrong with it, ``DownloadError``
    ///   if the download breaks off or is refused.
    public func load(
        needing needed: DatasetSplits = .all, progress: ((DownloadProgress) -> Void)? = nil
    ) throws -> LoadedDataset {
        try load(needing: needed, at: DataLocations(), progress: progress)
    }

    /// Downloads the archive if ``load(needing:progress:)`` would, so that loading needs no network.
    ///
    /// - Parameter progress: as for ``load(needing:progress:)``.
    /// - Returns: the reason if the archive cannot be obtained, otherwise nil. Set `BIGEGGS_OFFLINE` to this
    ///   reason in other processes, so that they do not try the download and wait for its timeout again.
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
