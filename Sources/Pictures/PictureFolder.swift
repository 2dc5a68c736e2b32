import BigEggs
import Foundation

/// A user's own data set: a directory with a folder of pictures for each class.
///
/// ```
/// mine/train/cat/…  mine/train/dog/…  mine/test/cat/…  mine/test/dog/…
/// mine/cat/…        mine/dog/…        with ``Options/validationSplit``, which divides them
/// ```
///
/// The folders for training and testing may have other usual names: `Training` and `Testing`, `train` and `val`.
/// Without test pictures the validation pictures are used for testing; otherwise they are not used. Files that systems
/// and programs keep beside pictures are ignored. Each folder counts once, even if several links lead to it. Names need
/// not be UTF-8. For an ambiguous directory an error is thrown that asks which layout is meant.
///
/// Classes have the names of their folders, and are sorted by these names. ``PictureDecoder`` scales pictures of any
/// size, for training and for prediction. Each split interleaves its classes in proportion to their sizes:
/// the first `n` images of a split have about the same shares of classes as all its images.
public struct PictureFolder: Sendable {
    /// How a folder is read.
    public struct Options: Sendable, Equatable {
        /// The share of each class for testing, between 0 and 1, in a directory that is not divided into
        /// `train` and `test`.
        public var validationSplit: Double?
        /// The seed of the division: with the same seed each picture goes to the same split.
        public var splitSeed: UInt64
        /// Whether to leave out files that are not usable pictures; otherwise they are an error.
        public var skipUnreadable: Bool
        /// The height and width that pictures are scaled to, in pixels.
        public var imageSize: Int
        /// The path of a list with the classes of the test pictures, if these are in one folder, such as ImageNet's
        /// `val.txt`.
        public var testLabels: String?
        /// The path of a list with the names of the classes, if the folders have other names, such as ImageNet's
        /// `synset_words.txt`.
        public var classNames: String?
        /// The maximum size of the cache of decoded pictures, for all directories, in bytes.
        public var cacheSize: Int

        /// The default ``cacheSize``: 20 GB.
        public static let standardCacheSize = 20_000_000_000

        /// Options; by default nothing is divided and nothing left out.
        public init(
            validationSplit: Double? = nil, splitSeed: UInt64 = 7, skipUnreadable: Bool = false,
            imageSize: Int = 32, testLabels: String? = nil, classNames: String? = nil,
            cacheSize: Int = standardCacheSize
        ) {
            self.validationSplit = validationSplit
            self.splitSeed = splitSeed
            self.skipUnreadable = skipUnreadable
            self.imageSize = imageSize
            self.testLabels = testLabels
            self.classNames = classNames
            self.cacheSize = cacheSize
        }
    }

    /// The directory, as it was given.
    public let path: String
    private let options: Options
    private let decoder: PictureDecoder
    private let cache: PictureCache

    /// A data set in a directory.
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - options: how it is read.
    ///   - pythonPaths: where the Python module `bigeggs_pictures` is imported from.
    ///   - cache: a directory for decoded pictures.
    public init(_ path: String, options: Options = Options(), pythonPaths: [String], cache: String) {
        self.path = path
        self.options = options
        decoder = PictureDecoder(pythonPaths: pythonPaths)
        self.cache = PictureCache(
            of: path, imageSize: options.imageSize, in: cache + "/pictures", limit: options.cacheSize)
    }

    /// Whether a path is a directory other than CIFAR-10's.
    public static func isOne(_ path: String) -> Bool {
        guard let entries = try? Folder.names(in: RawPath(path)).map(\.text) else { return false }
        return !entries.contains { entry in
            entry == "cifar-10-batches-bin" || entry == "batches.meta.txt" || entry.hasSuffix("_batch.bin")
                || entry.hasPrefix("data_batch_")
        }
    }

    /// Loads both splits: images `[count, imageSize, imageSize, 3]` as bytes, labels as a column `[count, 1]`.
    ///
    /// The images stay in a file of the cache, which is mapped: they may be larger than the memory.
    ///
    /// - Parameter progress: called with the progress of the pictures.
    /// - Throws: ``PictureFolderError`` if the directory or its pictures are not a data set, `PythonError` if
    ///   Pillow is missing.
    public func load(progress: (PictureProgress) -> Void = { _ in }) throws -> LoadedDataset {
        try examine(progress: progress).dataset
    }

    /// Like ``load(progress:)``, and also returns findings about the directory.
    public func examine(
        progress: (PictureProgress) -> Void = { _ in }
    ) throws -> (dataset: LoadedDataset, findings: PictureFindings) {
        let listing = try FolderListing(path, options)
        let pictures = try cache.pictures(of: listing, decoder: decoder, progress: progress)
        let unusable = pictures.files.enumerated().compactMap { index, file in
            file.problem.map { (key: index, value: $0) }
        }
        if let nothing = noPicture(listing, Dictionary(uniqueKeysWithValues: unusable)) { throw nothing }
        guard options.skipUnreadable || unusable.isEmpty else {
            throw PictureFolderError.unusable(path: path, problems: unusable.map(\.value))
        }
        let division = try FolderDivision(listing, options)
        let chosen = try division.files(leavingOut: Set(unusable.map(\.key)))
        let test = try dataset(chosen.test, listing, pictures.pixels)
        let tested = Set(test.labels.values)
        let untested = listing.classNames.indices.filter { !tested.contains(Int32($0)) }
        let dataset = LoadedDataset(
            train: try dataset(chosen.train, listing, pictures.pixels), test: test,
            provenance: DataProvenance(
                name: name, path: path, checksum: try division.checksum(pictures.files.map(\.digest)),
                isOfficial: false,
                isStandIn: false, statement: statement(listing.layout, leftOut: unusable.count)),
            notice: notice(untested.map { listing.classNames[$0] }, listing.remarks))
        return (
            dataset,
            PictureFindings(
                listing, train: chosen.train, test: chosen.test, pictures.files, imageSize: options.imageSize)
        )
    }

    /// What users must know about the directory before they trust results from it.
    private func notice(_ untested: [String], _ remarks: [String]) -> String? {
        let sentences =
            (untested.isEmpty
                ? [] : ["\(path) has no test pictures of \(untested.joined(separator: ", "))."]) + remarks
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    /// The error for a class without a usable picture, or nil. Perhaps the user did not mean its folder to
    /// be a class.
    private func noPicture(_ listing: FolderListing, _ problems: [Int: String]) -> PictureFolderError? {
        let bad = Dictionary(grouping: problems.keys.sorted()) { listing.files[$0].label }
        guard !bad.isEmpty else { return nil }
        var counts = listing.classNames.map { _ in 0 }
        for file in listing.files { counts[file.label] += 1 }
        guard
            let (label, files) = bad.sorted(by: { $0.key < $1.key }).first(where: { counts[$0] == $1.count })
        else { return nil }
        return .noPicture(
            folder: listing.classFolders[label], count: files.count, problem: problems[files[0]] ?? "")
    }

    /// The checksum that ``load(progress:)`` would give the data set; decodes nothing.
    ///
    /// - Returns: "sha256:" and the SHA-256 of the names and contents of both splits' files, in hexadecimal.
    /// - Throws: as ``load(progress:)``.
    public func checksum() throws -> String {
        let listing = try FolderListing(path, options)
        return try FolderDivision(listing, options).checksum(cache.digests(of: listing))
    }

    /// The directory's name, marked so that it differs from the names of other data sets.
    private var name: String {
        "\(URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent) (own pictures)"
    }

    /// The pictures' provenance, for records.
    private func statement(_ layout: FolderLayout, leftOut: Int) -> String {
        var sentences = ["Own pictures, a folder for each class."]
        if let validation = layout.validation {
            sentences.append("The test pictures are those for validation, in \(validation).")
        }
        for (what, list) in [
            ("classes of the test pictures", options.testLabels),
            ("names of the classes", options.classNames),
        ] {
            if let list {
                sentences.append("The \(what) are those of \(URL(fileURLWithPath: list).lastPathComponent).")
            }
        }
        if let share = options.validationSplit {
            sentences.append(
                "Divided by --validation-split \(share) --split-seed \(options.splitSeed): so much of each class, "
                    + "drawn by the pictures' names, is for testing.")
        }
        if leftOut > 0 {
            sentences.append("Left out by --skip-unreadable: \(leftOut) files that are no usable pictures.")
        }
        let own = (try? String(contentsOfFile: path + "/PROVENANCE.txt", encoding: .utf8)) ?? ""
        return (sentences.joined(separator: " ") + "\n\n" + own).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    private func dataset(_ chosen: [Int], _ listing: FolderListing, _ pixels: MappedFile) throws
        -> ImageDataset
    {
        try ImageDataset(
            mapping: pixels, places: chosen.map { Int32($0) },
            labels: Labels(chosen.map { Int32(listing.files[$0].label) }, asColumn: true),
            imageShape: [options.imageSize, options.imageSize, 3], classNames: listing.classNames)
    }
}

extension DataProvenance {
    /// Whether these are a user's own pictures: neither CIFAR-10 nor its stand-in.
    public var isOwn: Bool { !isCIFAR10 && !isStandIn }
}
