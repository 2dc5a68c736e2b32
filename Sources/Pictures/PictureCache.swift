import BigEggs
import Foundation

/// Decoded pictures of directories, in files that are mapped into memory.
///
/// There is one entry per directory and image size. An entry is valid as long as the directory has the same files, each
/// with the same name, size and modification time. Build tools and Git detect changes by the same rule. An invalid
/// entry is replaced.
struct PictureCache {
    /// All files of a directory, decoded.
    struct Pictures {
        /// The result for each file.
        let files: [PictureDecoder.File]
        /// `[files.count, side, side, 3]`; zeros for a file with a problem.
        let pixels: MappedFile
    }

    /// Called with the progress.
    typealias Progress = (PictureProgress) -> Void

    private let directory: String
    private let path: String
    private let name: String
    private let imageSize: Int
    private let limit: Int

    /// The cache of a directory's pictures.
    ///
    /// - Parameters:
    ///   - imageSize: the height and width of the images.
    ///   - limit: the maximum total size of all entries, in bytes.
    init(of path: String, imageSize: Int, in directory: String, limit: Int) {
        self.path = path
        self.directory = directory
        self.imageSize = imageSize
        self.limit = limit
        let place = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        name = ((try? Checksum.sha256(ofText: place)) ?? "0").prefix(16) + "-\(imageSize)"
    }

    /// The pictures, from the cache or decoded now.
    ///
    /// If the cache has no room, and half of the available memory is enough, the pictures are kept in memory.
    ///
    /// - Throws: ``PictureFolderError/noRoom(path:needed:imageSize:cache:room:memory:)``, or `FileError`, for example
    ///   if the disk becomes full.
    func pictures(
        of listing: FolderListing, decoder: PictureDecoder, progress: Progress
    ) throws -> Pictures {
        let needed = listing.files.count * imageSize * imageSize * 3
        let space = CacheSpace(directory: directory, limit: limit)
        if space.makeRoom(needed, for: name) {
            let entry = try CacheEntry(
                "\(directory)/\(name)", header: header(of: listing),
                waiting: { progress(.init(.waiting, 0, of: 0)) })
            return try entry.complete(listing.files.map(\.path), decoder, progress)
        }
        let memory = Memory.available / 2
        guard needed <= memory else {
            throw PictureFolderError.noRoom(
                path: path, needed: needed, imageSize: imageSize, cache: directory, room: space.room,
                memory: memory)
        }
        if limit > 0 {
            progress(.init(.inMemory(cache: directory, needed: needed, room: space.room), 0, of: 0))
        }
        return try CacheEntry(inMemory: header(of: listing)).complete(
            listing.files.map(\.path), decoder, progress)
    }

    /// The digests of all files' contents; decodes nothing.
    func digests(of listing: FolderListing) throws -> [String?] {
        try CacheEntry.files(of: "\(directory)/\(name)", header: header(of: listing))?.map(\.digest)
            ?? PictureDecoder.digests(of: listing.files.map(\.path))
    }

    /// The header for the current files; it changes when a file changes.
    private func header(of listing: FolderListing) throws -> CacheEntry.Header {
        let lines = listing.files.map { file in
            var status = stat()
            _ = file.path.withCString { stat($0, &status) }
            let time = status.st_mtim
            // Uses the path, not the name in the data set: a list of labels changes that name, but not the pixels.
            return file.path.bytes.dropFirst(path.utf8.count)
                + Array(" \(status.st_size) \(time.tv_sec).\(time.tv_nsec)\n".utf8)
        }
        return CacheEntry.Header(
            key: try Checksum.sha256(ofBytes: Array(lines.joined())), imageSize: imageSize,
            files: listing.files.count)
    }
}

/// The progress of loading the pictures of a directory.
public struct PictureProgress: Sendable {
    /// The current work.
    public enum Work: Sendable, Hashable {
        /// Another process reads or decodes the same pictures.
        case waiting
        /// The cache has no room for `needed` bytes, so the pictures are kept in memory.
        case inMemory(cache: String, needed: Int, room: Int)
        /// Pictures that were decoded before are compared with their checksums.
        case checking
        case decoding
    }

    public let work: Work
    /// How many pictures are done, and how many there are in total.
    public let done, total: Int

    init(_ work: Work, _ done: Int, of total: Int) {
        (self.work, self.done, self.total) = (work, done, total)
    }
}

extension PictureProgress.Work {
    /// A sentence for users; nil if a count is enough.
    public var sentence: String? {
        switch self {
        case .waiting: "Waiting for another process, which reads or decodes the same pictures"
        case .inMemory(let cache, let needed, let room):
            "The pictures are decoded into memory, \(needed.inBytes), and again in the next run: \(cache) has room for "
                + "\(room.inBytes) (--cache-size)"
        case .checking, .decoding: nil
        }
    }
}
