/// The files of a directory with a folder for each class.
struct FolderListing {
    /// The split that a file belongs to, by its folder.
    enum Split: String { case train, test }

    /// One file.
    struct File {
        /// The path in the directory, with `train` or `test` as the name of the split: `train/cat/1.jpg` for
        /// `Training/cat/1.jpg`, or `cat/1.jpg` if the directory is not divided.
        let name: RawPath
        let path: RawPath
        let label: Int
        /// Nil if the directory is not divided.
        let split: Split?
    }

    /// One name per class, in the order of the folders' sorted names: the folder's name, or the name that a list gives
    /// it.
    let classNames: [String]
    let files: [File]
    /// The folder of each class; in a divided directory, the class's folder of training pictures.
    let classFolders: [String]
    let layout: FolderLayout
    /// The directory, as it was given.
    let path: String
    /// Links to a folder above them, which are not followed.
    let loops: [String]
    /// The names of the folders inside the class folders, if all class folders contain the same two or more folders and
    /// nothing else. The user may have meant these inner folders as the classes.
    private let inner: [String]

    /// The classes' folders and the names that a list gives them; empty without a list.
    let givenNames: [(folder: String, name: String)]
    /// Remarks about mismatches between a list of labels and its pictures.
    private let listRemarks: [String]

    /// The maximum number of classes of a network.
    private static let mostClasses = 1000

    /// Lists a directory.
    ///
    /// - Throws: ``PictureFolderError`` if it is not a data set.
    init(_ path: String, _ options: PictureFolder.Options) throws {
        self.path = path
        let labels = try options.testLabels.map { try TestLabels($0) }
        guard labels == nil || options.validationSplit == nil else {
            throw PictureFolderError.labelsOfUndivided(file: options.testLabels ?? "")
        }
        layout = try FolderLayout(path, isDivided: options.validationSplit == nil, labels: labels)
        var walk = FolderWalk(of: RawPath(path))
        let classes = try layout.roots.map { root in
            try root.folder.refuseBrokenLinks()
            try walk.mark(root.folder)
            let folders = try root.folder.folders.map(root.folder.folder)
            for folder in folders { try walk.mark(folder) }
            return (root: root, names: root.folder.folders, folders: folders)
        }
        let names = classes[0].names.map(\.text)
        let root = classes[0].root.folder.path.text
        guard (2...Self.mostClasses).contains(names.count) else {
            throw names.count < 2
                ? try FolderLayout.noClasses(in: classes[0].root.folder)
                : PictureFolderError.tooManyClasses(path: root, count: names.count, most: Self.mostClasses)
        }

        var files: [File] = []
        var listRemarks: [String] = []
        for (root, folderNames, folders) in classes {
            if let labels, root.split == .test {
                let listed = try labels.labelled(root.folder, classFolders: names)
                files += listed.files.map { name, label in
                    File(
                        name: RawPath(FolderListing.Split.test.rawValue).appending(classes[0].names[label])
                            .appending(name),
                        path: root.folder.path.appending(name), label: label, split: .test)
                }
                listRemarks = labels.remarks(root.folder, listed.unlisted, listed.missing)
                continue
            }
            var labels: Set<Int> = []
            for (name, folder) in zip(folderNames, folders) {
                // Accents may be encoded differently in the two splits: Swift's strings are equal even then.
                guard let label = names.firstIndex(of: name.text) else {
                    throw PictureFolderError.notTrained(
                        path: root.folder.path.text, name: name.text,
                        trained: classes[0].root.folder.path.text)
                }
                guard labels.insert(label).inserted else {
                    throw PictureFolderError.sameName(path: root.folder.path.text, name: name.text)
                }
                let found = try walk.files(in: folder)
                guard !found.isEmpty else { throw PictureFolderError.empty(folder: folder.path.text) }
                let prefix = root.split.map { RawPath($0.rawValue).appending(name) } ?? name
                files += found.map {
                    File(
                        name: prefix.appending($0), path: folder.path.appending($0), label: label,
                        split: root.split)
                }
            }
        }
        classNames = try options.classNames.map { try ClassNameList.names($0, for: names) } ?? names
        givenNames = options.classNames == nil ? [] : zip(names, classNames).map { ($0, $1) }
        self.listRemarks = listRemarks
        classFolders = classes[0].folders.map(\.path.text)
        self.files = files
        loops = walk.loops
        let folders = classes[0].folders
        let isSame = folders.allSatisfy { $0.files.isEmpty && $0.folders == folders[0].folders }
        inner = isSame && folders[0].folders.count > 1 ? folders[0].folders.map(\.text) : []
    }

    /// Sentences for users about files and folders that are not used, or not used as their names suggest.
    var remarks: [String] {
        layout.remarks(of: path) + listRemarks
            + (inner.isEmpty
                ? []
                : [
                    "The classes are \(classNames.listed), and not \(inner.listed), folders that each of them holds."
                ])
            + (loops.isEmpty
                ? []
                : [
                    "Not followed: \(loops.listed), \(loops.count == 1 ? "a link" : "links") to a folder above."
                ])
    }
}
