import ArgumentParser
import BigEggs
import Pictures
import Reporting

/// The options of the data set, for every command that reads one.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            auto, cifar10, fashion-mnist, or a path: CIFAR-10's binary archive, a directory of its files, or one \
            with a folder of pictures for each class.
            """,
            discussion: """
                auto takes the first of these that exists: the path in BIGEGGS_DATA, an earlier download, \
                CIFAR-10 over the network, Fashion-MNIST as a stand-in.
                """,
            valueName: "source"))
    var data = "auto"
    @OptionGroup var pictures: PictureOptions

    func validate() throws {
        if data.isEmpty { throw ValidationError("--data needs auto, cifar10, fashion-mnist or a path") }
    }

    /// The source that the option names.
    var named: DataSource { DataSource(data) }

    /// The source of the images.
    ///
    /// - Parameter imageSize: their height and width, in pixels.
    /// - Throws: `PictureFolderError` for options that the data set does not take.
    func source(imageSize: Int = 32) throws -> ImageSource {
        try pictures.source(data, imageSize: imageSize)
    }

    /// Loads the data set. The progress of a download or of decoding, and the announcement of a stand-in, go to
    /// standard error.
    ///
    /// - Parameters:
    ///   - needed: the splits that the command needs.
    ///   - imageSize: the height and width of the images, in pixels.
    func load(needing needed: DatasetSplits = .all, imageSize: Int = 32) throws -> LoadedDataset {
        try examine(needing: needed, imageSize: imageSize).dataset
    }

    /// Like ``load(needing:imageSize:)``, and also returns the findings about a directory of pictures.
    ///
    /// The findings are nil for any other data set.
    func examine(
        needing needed: DatasetSplits, imageSize: Int
    ) throws -> (dataset: LoadedDataset, findings: PictureFindings?) {
        let found = try source(imageSize: imageSize).examine(needing: needed)
        if let notice = found.dataset.notice { StandardError.write(notice + "\n") }
        return found
    }
}
