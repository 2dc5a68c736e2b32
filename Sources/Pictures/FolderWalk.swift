/// Walks the folders of a data set and visits each once, identified by device and inode.
struct FolderWalk {
    /// Links to a folder above them, which are not followed.
    private(set) var loops: [String] = []
    /// The known folders, each with its path and the class's folder through which it was reached.
    private var owners: [Folder.Identity: (folder: RawPath, class: RawPath)] = [:]
    private let above: Set<Folder.Identity>

    /// - Parameter path: the directory of the data set.
    init(of path: RawPath) { above = Folder.andAbove(path) }

    /// Registers a folder before the walk: a class's folder, or one that contains the classes.
    ///
    /// - Throws: ``PictureFolderError/sameFolder(one:other:)`` if the folder is registered already.
    mutating func mark(_ folder: Folder) throws {
        if let known = owners[folder.identity] {
            throw PictureFolderError.sameFolder(one: folder.path.text, other: known.folder.text)
        }
        owners[folder.identity] = (folder.path, folder.path)
    }

    /// The paths, relative to a class's folder, of all files in it at any depth. They are sorted, with the files of a
    /// folder before those of its subfolders.
    ///
    /// - Throws: ``PictureFolderError/sameFolder(one:other:)`` for a folder that belongs to another class or split.
    mutating func files(in folder: Folder) throws -> [RawPath] {
        try files(in: folder, of: folder.path, above: above.union(Folder.andAbove(folder.path)))
    }

    private mutating func files(
        in folder: Folder, of owner: RawPath, above: Set<Folder.Identity>
    ) throws -> [RawPath] {
        var files = folder.files
        for name in folder.folders {
            let inner = try folder.folder(name)
            guard !above.contains(inner.identity) else {
                loops.append(inner.path.text)
                continue
            }
            if let known = owners[inner.identity] {
                guard known.class == owner else {
                    throw PictureFolderError.sameFolder(one: inner.path.text, other: known.folder.text)
                }
                continue
            }
            owners[inner.identity] = (inner.path, owner)
            files += try self.files(in: inner, of: owner, above: above.union(Folder.andAbove(inner.path)))
                .map(name.appending)
        }
        return files
    }
}
