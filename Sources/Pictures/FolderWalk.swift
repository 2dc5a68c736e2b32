/// Goes through the folders of a data set and visits each once, by device and inode, whatever links lead to it.
struct FolderWalk {
    /// Links to a folder above, which holds them itself: they are not followed.
    private(set) var loops: [String] = []
    /// The folders that belong to somebody, with the class's folder that they were reached through.
    private var owners: [Folder.Identity: (folder: RawPath, class: RawPath)] = [:]
    private let above: Set<Folder.Identity>

    /// - Parameter path: the directory with all of them.
    init(of path: RawPath) { above = Folder.andAbove(path) }

    /// Makes a folder known before any is gone through: a class's folder, or one with the classes.
    ///
    /// - Throws: ``PictureFolderError/sameFolder(one:other:)`` if it is another one.
    mutating func mark(_ folder: Folder) throws {
        if let known = owners[folder.identity] {
            throw PictureFolderError.sameFolder(one: folder.path.text, other: known.folder.text)
        }
        owners[folder.identity] = (folder.path, folder.path)
    }

    /// The files in a class's folder, at whatever depth, by their names in it: sorted, those of a folder before
    /// those of the folders in it.
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
