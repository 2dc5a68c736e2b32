import ArgumentParser
import BigEggs

/// The option that says which data set, for every command that reads one.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "auto, cifar10, fashion-mnist, or a path: CIFAR-10's binary archive or a directory of its files.",
            discussion: """
                auto takes the first there is of: the path in BIGEGGS_DATA, an earlier download, CIFAR-10 \
                over the network, the stand-in Fashion-MNIST.
                """,
            valueName: "source"))
    var data = "auto"

    func validate() throws {
        if data.isEmpty { throw ValidationError("--data needs auto, cifar10, fashion-mnist or a path") }
    }

    /// Where the images come from.
    var source: DataSource { DataSource(data) }

    /// Loads the data set. The progress of a download and the announcement of a stand-in go to
    /// standard error.
    func load() throws -> LoadedDataset {
        let line = DownloadLine()
        defer { line.end() }
        let loaded = try source.load(progress: line.show)
        if let notice = loaded.notice { StandardError.write(notice + "\n") }
        return loaded
    }
}
