/// The layout of a directory: a folder for each class, or a folder for each split, which contains a folder for each
/// class. Names suggest the layout. In doubt the contents decide: the folder of a split contains folders. For
/// an ambiguous directory an error is thrown that asks which layout is meant.
struct FolderLayout {
    /// A folder that contains a folder for each class, or the test pictures of a list.
    struct Root {
        /// Nil if the directory is not divided.
        let split: FolderListing.Split?
        let folder: Folder
    }

    /// The roots of the training and of the test pictures; only one root if the directory is not divided.
    let roots: [Root]
    /// The name of the folder of validation pictures, if they are used for testing because there are no test pictures.
    private(set) var validation: String?
    /// A folder that is a class by its contents, but has the name of a split.
    private var namedAsSplit: String?
    /// The names of the folders of both splits, the training folder first.
    private var splits: [String] = []
    /// Whether the test pictures are in one folder, and a list has their classes.
    private let isListed: Bool
    /// The other folders beside the splits.
    private var unused: [String] = []

    /// A folder with the name of a split.
    private struct Candidate {
        let name: SplitName
        let folder: Folder
        /// Its name in the directory.
        let file: RawPath
        var text: String { file.text }
        var use: SplitName.Use { name.use }
        /// Whether the folder contains no folders for classes.
        var isFlat: Bool { folder.folders.isEmpty }
    }

    /// Reads a directory.
    ///
    /// - Parameters:
    ///   - isDivided: whether the directory must have splits; otherwise it must have none.
    ///   - labels: the classes of the test pictures, if these are not in a folder for each class.
    /// - Throws: ``PictureFolderError`` if the directory is not a data set or is ambiguous.
    init(_ path: String, isDivided: Bool, labels: TestLabels?) throws {
        isListed = labels != nil
        let top = try Folder(RawPath(path))
        try top.refuseBrokenLinks()
        guard !([Self.lastName(path)] + top.folders.map(\.text)).contains(where: Self.isCamera) else {
            throw PictureFolderError.camera(path: path)
        }
        let candidates = try Self.candidates(in: top)
        let known = Set(candidates.map(\.file))
        let others = top.folders.filter { !known.contains($0) }
        guard Set(candidates.map(\.use)).count > 1 else {
            namedAsSplit = try Self.classNamedAsSplit(candidates, of: top, beside: others)
            if isDivided {
                throw top.folders.count < 2 ? try Self.noClasses(in: top) : .undivided(path: path)
            }
            roots = [Root(split: nil, folder: top)]
            return
        }

        let training = candidates.filter { $0.use == .training }
        guard !training.isEmpty else {
            throw PictureFolderError.splitMissing(path: path, found: candidates[0].text, missing: "train")
        }
        let train = try Self.only(training, of: top)
        let test = try Self.tests(candidates.filter { $0.use != .training }, labels, of: top)
        if let flat = (labels == nil ? [train, test] : [train]).first(where: \.isFlat) {
            throw PictureFolderError.noClassFolders(
                path: flat.folder.path.text, areTests: flat.use != .training)
        }
        splits = [train.text, test.text]
        if test.use == .validation {
            validation = test.text
            // Folders named for training and validation may be classes, if folders beside them have pictures.
            let beside = try Self.withPictures(others, of: top)
            guard beside.isEmpty else {
                throw PictureFolderError.classesOrSplits(
                    path: path, names: splits, uses: [train.use.rawValue, test.use.rawValue], beside: beside)
            }
        }
        guard isDivided else { throw PictureFolderError.dividedTwice(path: path, splits: splits) }
        roots = [Root(split: .train, folder: train.folder), Root(split: .test, folder: test.folder)]
        unused = top.folders.map(\.text).filter { !splits.contains($0) }
    }

    /// Sentences for users about files and folders that are not used, or not used as their names suggest.
    func remarks(of path: String) -> [String] {
        var remarks: [String] = []
        if let validation {
            remarks.append("\(path) has no test pictures: those of \(validation) are used for testing.")
        }
        if let namedAsSplit {
            remarks.append(
                "\(namedAsSplit) in \(path) is taken for a class, as it holds pictures and no folders.")
        }
        if !unused.isEmpty {
            remarks.append("Not used: \(unused.listed), beside \(splits.listed) in \(path).")
        }
        for root in roots {
            if isListed && root.split == .test { continue }
            let strays = root.folder.pictures.count
            guard strays > 0 else { continue }
            remarks.append(
                "Not used: \(strays) \(strays == 1 ? "picture" : "pictures") in \(root.folder.path.text) itself, "
                    + "in no class's folder.")
        }
        return remarks
    }

    /// The folders with names of splits. A folder that several links lead to is included once per use.
    private static func candidates(in top: Folder) throws -> [Candidate] {
        let named = top.folders.compactMap { file in SplitName(file.text).map { (name: $0, file: file) } }
        let meant = named.filter { one in
            one.name.others.isEmpty
                || named.contains { $0.name.others == one.name.others && $0.name.use != one.name.use }
        }
        var seen: [SplitName.Use: Set<Folder.Identity>] = [:]
        return try meant.compactMap { name, file in
            let outer = try top.folder(file)
            guard seen[name.use, default: []].insert(outer.identity).inserted else { return nil }
            return Candidate(name: name, folder: try classes(of: outer, named: name), file: file)
        }
    }

    /// The folder with the classes. It may be inside a folder of the same name, as in some archives:
    /// `seg_train/seg_train`.
    private static func classes(of folder: Folder, named name: SplitName) throws -> Folder {
        var folder = folder
        var seen: Set = [folder.identity]
        while folder.folders.count == 1, SplitName(folder.folders[0].text) == name, folder.pictures.isEmpty {
            let inner = try folder.folder(folder.folders[0])
            guard seen.insert(inner.identity).inserted else { break }
            folder = inner
        }
        return folder
    }

    /// The folder that has the name of a split but is a class; nil if no folder has the name of a split.
    ///
    /// It must be the only folder with such a name and contain no folders. A folder beside it must contain
    /// pictures, and its name must also be an ordinary word.
    ///
    /// - Throws: ``PictureFolderError`` if a folder has the name of a split, but not all of this holds.
    private static func classNamedAsSplit(
        _ candidates: [Candidate], of top: Folder, beside others: [RawPath]
    ) throws -> String? {
        guard !candidates.isEmpty else { return nil }
        let one = try only(candidates, of: top)
        let beside = try withPictures(others, of: top)
        guard beside.isEmpty else {
            if one.isFlat, one.name.mayBeThing { return one.text }
            throw PictureFolderError.classesOrSplits(
                path: top.path.text, names: [one.text], uses: [one.use.rawValue], beside: beside)
        }
        guard !one.isFlat else {
            throw PictureFolderError.noClassFolders(path: one.folder.path.text, areTests: false)
        }
        throw PictureFolderError.splitMissing(
            path: top.path.text, found: one.text, missing: one.use == .training ? "test" : "train")
    }

    /// The folder of the test pictures. Without a list of classes, it is the folder for testing, or else for
    /// validation, that contains a folder for each class. With a list, it is the folder whose pictures are listed.
    private static func tests(
        _ candidates: [Candidate], _ labels: TestLabels?, of top: Folder
    ) throws -> Candidate {
        if let labels {
            let listed = candidates.filter { labels.isAbout($0.folder) }
            guard !listed.isEmpty else {
                throw PictureFolderError.noneListed(
                    file: labels.path, folders: candidates.map { $0.folder.path.text })
            }
            return try only(listed, of: top)
        }
        let usable = candidates.filter { !$0.isFlat }
        guard !usable.isEmpty else { return candidates[0] }
        let test = usable.filter { $0.use == .test }
        return try only(test.isEmpty ? usable : test, of: top)
    }

    /// The only candidate for a use; throws if there are several.
    private static func only(_ candidates: [Candidate], of top: Folder) throws -> Candidate {
        guard candidates.count == 1 else {
            throw PictureFolderError.severalForOneUse(
                path: top.path.text, names: candidates.map(\.text), use: candidates[0].use.rawValue)
        }
        return candidates[0]
    }

    private static func withPictures(_ names: [RawPath], of top: Folder) throws -> [String] {
        try names.filter { try top.folder($0).holdsPictures() }.map(\.text)
    }

    /// The error for fewer than two folders. It names a folder further inside that has two or more, if there is one.
    static func noClasses(in top: Folder) throws -> PictureFolderError {
        var folder = top
        var seen: Set = [top.identity]
        while folder.folders.count == 1 {
            folder = try folder.folder(folder.folders[0])
            guard seen.insert(folder.identity).inserted else { break }
        }
        return .noClasses(
            path: top.path.text, found: top.folders.map(\.text),
            inner: folder.folders.count > 1 ? folder.path.text : nil)
    }

    /// Cameras and phones put pictures into numbered folders of `DCIM`, whose names are not classes.
    private static func isCamera(_ name: String) -> Bool { name.uppercased() == "DCIM" }

    private static func lastName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }
}
