import Foundation

/// The contents of one folder: sorted names, without those that ``UncountedName`` ignores.
struct Folder {
    /// Identifies a folder, whichever link leads to it.
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    let path: RawPath
    let identity: Identity
    /// All names that are not folders, broken links included.
    let files: [RawPath]
    /// Folders, and links to folders.
    let folders: [RawPath]

    /// Reads a folder.
    ///
    /// - Throws: ``PictureFolderError/unlisted(folder:reason:)``.
    init(_ path: RawPath) throws {
        self.path = path
        guard path.withCString({ access($0, R_OK | X_OK) }) == 0, let identity = Self.identity(of: path)
        else {
            throw PictureFolderError.unlisted(folder: path.text, reason: String(cString: strerror(errno)))
        }
        self.identity = identity
        var files: [RawPath] = []
        var folders: [RawPath] = []
        for name in try Self.names(in: path) where !UncountedName.includes(name) {
            var status = stat()
            let isFolder = path.appending(name).withCString { stat($0, &status) } == 0
            if isFolder, status.st_mode & S_IFMT == S_IFDIR {
                folders.append(name)
            } else {
                files.append(name)
            }
        }
        self.files = files.sorted()
        self.folders = folders.sorted()
    }

    /// All names in a folder, in no particular order.
    ///
    /// - Throws: ``PictureFolderError/unlisted(folder:reason:)``.
    static func names(in path: RawPath) throws -> [RawPath] {
        guard let directory = path.withCString({ opendir($0) }) else {
            throw PictureFolderError.unlisted(folder: path.text, reason: String(cString: strerror(errno)))
        }
        defer { closedir(directory) }
        var names: [RawPath] = []
        errno = 0
        while let entry = readdir(directory) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if bytes != [0x2e], bytes != [0x2e, 0x2e] { names.append(RawPath(bytes: bytes)) }
        }
        guard errno == 0 else {
            throw PictureFolderError.unlisted(folder: path.text, reason: String(cString: strerror(errno)))
        }
        return names
    }

    /// The identities of a folder and all its parent folders, with links resolved.
    static func andAbove(_ path: RawPath) -> Set<Identity> {
        var all: Set<Identity> = []
        var path = path
        while let identity = identity(of: path), all.insert(identity).inserted {
            path = path.appending(RawPath(".."))
        }
        return all
    }

    private static func identity(of path: RawPath) -> Identity? {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// A folder in this one.
    func folder(_ name: RawPath) throws -> Folder { try Folder(path.appending(name)) }

    /// Throws on broken links. In a folder of classes or splits, a broken link means a missing class or split.
    ///
    /// - Throws: ``PictureFolderError/brokenLink(path:target:)``.
    func refuseBrokenLinks() throws {
        for file in files.map(path.appending) where Self.identity(of: file) == nil {
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let length = file.withCString { readlink($0, &target, target.count) }
            guard length >= 0 else { continue }
            throw PictureFolderError.brokenLink(
                path: file.text,
                target: RawPath(bytes: target.prefix(length).map { UInt8(bitPattern: $0) }).text)
        }
    }

    /// The files that begin with the signature of a picture format.
    var pictures: [RawPath] { files.filter { Self.beginsAsPicture(path.appending($0)) } }

    /// Whether the folder contains a picture, at any depth.
    func holdsPictures() throws -> Bool {
        var seen: Set = [identity]
        var folders = [self]
        while let folder = folders.popLast() {
            if folder.files.contains(where: { Self.beginsAsPicture(folder.path.appending($0)) }) {
                return true
            }
            folders += try folder.folders.map(folder.folder).filter { seen.insert($0.identity).inserted }
        }
        return false
    }

    /// The signatures of JPEG, PNG, GIF and WebP; nil stands for any byte.
    private static let beginnings: [[UInt8?]] = [
        [0xFF, 0xD8, 0xFF], [0x89] + Array("PNG".utf8), Array("GIF8".utf8),
        Array("RIFF".utf8) + [nil, nil, nil, nil] + Array("WEBP".utf8),
    ]

    private static func beginsAsPicture(_ path: RawPath) -> Bool {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = path.withCString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 12)
        guard read(descriptor, &bytes, bytes.count) == bytes.count else { return false }
        return beginnings.contains { zip($0, bytes).allSatisfy { $0 == nil || $0 == $1 } }
    }
}
