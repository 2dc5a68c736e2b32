import BigEggs
import Foundation
import Pictures

/// The source of a run's images: a known data set, or a directory of the user's pictures.
public enum ImageSource {
    /// CIFAR-10, or its stand-in.
    case known(DataSource)
    /// A directory with a folder of pictures for each class.
    case own(PictureFolder)

    /// The source that a command-line argument names.
    ///
    /// - Parameters:
    ///   - argument: an argument of `DataSource`, or a directory of pictures. `auto` means a directory of pictures if
    ///     `BIGEGGS_DATA` names one.
    ///   - options: how a directory of pictures is read.
    /// - Throws: `PictureFolderError` if a validation split, a list of labels or class names, or an image
    ///   size is given for another data set.
    init(_ argument: String, _ options: PictureFolder.Options) throws {
        let source = DataSource(argument)
        let path: String? =
            switch source {
            case .path(let path): path
            case .automatic: ProcessInfo.processInfo.environment["BIGEGGS_DATA"]
            case .cifar10, .fashionMNIST: nil
            }
        if let path, PictureFolder.isOne(path) {
            self = .own(
                PictureFolder(
                    path, options: options, pythonPaths: try Project.locate().pythonPaths,
                    cache: DataLocations().cache))
        } else {
            // A missing path is reported when it is read.
            let isThere = path.map(FileManager.default.fileExists) ?? true
            let given = [
                ("--validation-split", options.validationSplit != nil),
                ("--test-labels", options.testLabels != nil),
                ("--class-names", options.classNames != nil),
            ].first { $1 }
            if isThere, let (option, _) = given {
                throw PictureFolderError.notAFolder(name: argument, option: option)
            }
            if isThere, options.imageSize != 32 {
                throw PictureFolderError.sizeIsGiven(imageSize: options.imageSize)
            }
            self = .known(source)
        }
    }

    /// Whether the data set can be loaded without a download.
    public var isAtHand: Bool {
        switch self {
        case .known(let source): source.isAtHand
        case .own: true
        }
    }

    /// Loads both splits. The progress of a download, or of decoding, goes to standard error.
    ///
    /// - Parameter needed: the splits of CIFAR-10 that must have images; own pictures have both.
    /// - Throws: `DataError` or `DownloadError`; `PictureFolderError` or `PythonError` for own pictures.
    public func load(needing needed: DatasetSplits = .all) throws -> LoadedDataset {
        try examine(needing: needed).dataset
    }

    /// Loads both splits, and lists the oddities of a directory of own pictures. The findings are nil for other data
    /// sets.
    public func examine(
        needing needed: DatasetSplits = .all
    ) throws -> (dataset: LoadedDataset, findings: PictureFindings?) {
        switch self {
        case .known(let source):
            let line = DownloadLine()
            defer { line.end() }
            return (try source.load(needing: needed, progress: line.show), nil)
        case .own(let folder):
            let lines = PictureProgressLines()
            defer { lines.end() }
            return try folder.examine(progress: lines.show)
        }
    }

    /// The checksum that the loaded data set would have, found without decoding or network.
    ///
    /// Nil if the data set would have to be downloaded first.
    func checksum() throws -> String? {
        switch self {
        case .known(let source): try source.checksum()
        case .own(let folder): try folder.checksum()
        }
    }

    /// Downloads the data set if necessary, so that ``load(needing:)`` needs no network.
    ///
    /// - Returns: why the data set cannot be reached; nil if it can.
    func fetch() throws -> String? {
        guard case .known(let source) = self else { return nil }
        let line = DownloadLine()
        defer { line.end() }
        return try source.fetch(progress: line.show)
    }
}
