import FoundationEssentials

/// The places where ``DataSource`` looks; tests replace them.
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
    /// specification requires.
    package var cache: String {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/bigeggs" }
        // HOME may be unset or empty, for example in system services.
        let given = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = given ?? FileManager.default.homeDirectoryForCurrentUser.path
        return home + "/.cache/bigeggs"
    }

    /// The path of CIFAR-10 if it needs no download: the value of `BIGEGGS_DATA`, or the archive in the cache.
    var archiveAtHand: String? {
        if let path = environment["BIGEGGS_DATA"], !path.isEmpty { return path }
        let path = download.path(in: cache)
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// The path of CIFAR-10: the value of `BIGEGGS_DATA`, or the archive in the cache, downloaded first if it
    /// is not there.
    func archive(progress: ((DownloadProgress) -> Void)?) throws -> String {
        if let path = environment["BIGEGGS_DATA"], !path.isEmpty { return path }
        var download = download
        if let value = environment["BIGEGGS_OFFLINE"], !value.isEmpty {
            download.offline = value == "1" ? "BIGEGGS_OFFLINE is set" : value
        }
        return try download.fetch(into: cache, progress: progress)
    }
}
