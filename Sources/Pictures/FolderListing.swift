import Foundation

/// The files of a directory with a folder for each class.
struct FolderListing {
    /// Where a file belongs by the name of the folder that it is in.
    enum Split: String { case train, test }

    /// The folders' names, sorted.
    let classNames: [String]
    /// The files inside the directory: `train/cat/1.jpg`, or `cat/1.jpg` where the directory is not divided.
    let files: [String]
    /// One a file: its class.
    let labels: [Int]
    /// One a file: its split; nil where the directory is not divided.
    let splits: [Split?]
    /// The directory.
    let path: String

    /// The classes that one network tells apart.
    private static let mostClasses = 1000

    /// Lists a directory.
    ///
    /// - Parameter isDivided: whether it is to have `train` and `test`.
    /// - Throws: ``PictureFolderError`` for what makes no data set.
    init(_ path: String, isDivided: Bool) throws {
        self.path = path
        let top = try Self.entries(of: path)
        let has = [Split.train, .test].filter { top.folders.contains($0.rawValue) }
        if isDivided, has.isEmpty {
            throw top.folders.count < 2
                ? PictureFolderError.noClasses(path: path, found: top.folders)
                : PictureFolderError.undivided(path: path)
        }
        if isDivided, has.count == 1 {
            throw PictureFolderError.splitMissing(path: path, found: has[0].rawValue)
        }
        if !isDivided, has.count == 2 { throw PictureFolderError.dividedTwice(path: path) }

        let roots: [(split: Split?, path: String)] =
            isDivided ? [(.train, path + "/train"), (.test, path + "/test")] : [(nil, path)]
        var classNames: [String] = []
        var files: [String] = []
        var labels: [Int] = []
        var splits: [Split?] = []
        for root in roots {
            let folders = root.split == nil ? top.folders : try Self.entries(of: root.path).folders
            if root.split != .test {
                classNames = folders
                guard (2...Self.mostClasses).contains(classNames.count) else {
                    throw classNames.count < 2
                        ? PictureFolderError.noClasses(path: root.path, found: folders)
                        : PictureFolderError.tooManyClasses(
                            path: root.path, count: folders.count, most: Self.mostClasses)
                }
            }
            for folder in folders {
                guard let label = classNames.firstIndex(of: folder) else {
                    throw PictureFolderError.notTrained(
                        path: root.path, name: folder, trained: path + "/train")
                }
                let found = try Self.pictures(in: root.path + "/" + folder)
                guard !found.isEmpty else { throw PictureFolderError.empty(folder: root.path + "/" + folder) }
                let prefix = root.split.map { "\($0.rawValue)/\(folder)/" } ?? "\(folder)/"
                files += found.map { prefix + $0 }
                labels += found.map { _ in label }
                splits += found.map { _ in root.split }
            }
        }
        (self.classNames, self.files, self.labels, self.splits) = (classNames, files, labels, splits)
    }

    /// The whole path of a file.
    func path(of file: Int) -> String { path + "/" + files[file] }

    /// All files inside a folder, at whatever depth, sorted.
    private static func pictures(in folder: String) throws -> [String] {
        let (files, folders) = try entries(of: folder)
        return try files
            + folders.flatMap { inner in try pictures(in: "\(folder)/\(inner)").map { "\(inner)/\($0)" } }
    }

    /// The files and folders of a folder, each sorted. What systems put there for themselves does not count.
    private static func entries(of folder: String) throws -> (files: [String], folders: [String]) {
        guard access(folder, R_OK | X_OK) == 0 else {
            throw PictureFolderError.unlisted(folder: folder, reason: String(cString: strerror(errno)))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        var files: [String] = []
        var folders: [String] = []
        for name in names where !name.hasPrefix(".") && !["Thumbs.db", "desktop.ini"].contains(name) {
            var status = stat()
            let isFolder = stat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            if isFolder { folders.append(name) } else { files.append(name) }
        }
        return (files.sorted(by: byBytes), folders.sorted(by: byBytes))
    }

    /// An order that no language and no version of Unicode changes.
    private static func byBytes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }
}
