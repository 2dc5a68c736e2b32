import BigEggs
import Foundation

/// Decoded pictures of directories, in files that are mapped into memory.
///
/// There is an entry a directory and size of image, which the next change of the directory replaces. It holds for as long
/// as every file has the name, size and time of change that it had, as build tools and Git decide it too.
struct PictureCache {
    /// All files of a directory, decoded.
    struct Pictures {
        /// What became of each file.
        let files: [PictureDecoder.File]
        /// `[files.count, side, side, 3]`; zeros where there is a problem.
        let pixels: MappedFile
    }

    /// How far the pictures are.
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
    ///   - limit: the most bytes of all directories' pictures.
    init(of path: String, imageSize: Int, in directory: String, limit: Int) {
        self.path = path
        self.directory = directory
        self.imageSize = imageSize
        self.limit = limit
        let place = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        name = ((try? Checksum.sha256(ofText: place)) ?? "0").prefix(16) + "-\(imageSize)"
    }

    /// The pictures: those of the cache, and those that are decoded now.
    ///
    /// Where the cache has no room they are kept in memory, as far as there is memory for them.
    ///
    /// - Throws: ``PictureFolderError/noRoom(path:needed:imageSize:cache:room:memory:)``, or `FileError` if the disk gets full
    ///   meanwhile.
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

    /// What changes when a file does.
    private func header(of listing: FolderListing) throws -> CacheEntry.Header {
        let lines = listing.files.map { file in
            var status = stat()
            _ = file.path.withCString { stat($0, &status) }
            let time = status.st_mtim
            // Not by the name in the data set: another list of labels changes no pixel.
            return file.path.bytes.dropFirst(path.utf8.count)
                + Array(" \(status.st_size) \(time.tv_sec).\(time.tv_nsec)\n".utf8)
        }
        return CacheEntry.Header(
            key: try Checksum.sha256(ofBytes: Array(lines.joined())), imageSize: imageSize,
            files: listing.files.count)
    }
}

/// How far the pictures of a directory are.
public struct PictureProgress: Sendable {
    /// What is being done.
    public enum Work: Sendable, Hashable {
        /// Another process reads or decodes the same pictures.
        case waiting
        /// The directory of the cache has no room for so many bytes, so the pictures are kept in memory.
        case inMemory(cache: String, needed: Int, room: Int)
        /// What was decoded before is compared with its checksums.
        case checking
        case decoding
    }

    public let work: Work
    /// How many of how many pictures are done.
    public let done, total: Int

    init(_ work: Work, _ done: Int, of total: Int) {
        (self.work, self.done, self.total) = (work, done, total)
    }
}

extension PictureProgress.Work {
    /// What to tell people of it, where that is more than a count.
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
