import BigEggs
import Foundation

/// Decoded pictures of one directory, kept in a file where decoding took long.
///
/// There is one file a directory and size of image, which the next change of the directory replaces. It holds
/// for as long as every file has the name, size and time of change that it had, as build tools and Git decide
/// it too.
struct DecodedCache {
    /// Decoded files, with what became of each.
    struct Decoded {
        /// `[count, side, side, 3]`.
        let pixels: [UInt8]
        /// By file, why it is no usable picture.
        let problems: [Int: String]
        /// One a file, the SHA-256 of its contents; nil for one that cannot be read.
        let digests: [String?]
        /// One a file, the pixels of the picture's shorter side.
        let shorterSides: [Int]
    }

    /// What stands before the pixels.
    private struct Header: Codable {
        let key: String
        let digests: [String?]
        let problems: [String: String]
        let shorterSides: [Int]
    }

    private let file: String
    private let imageSize: Int
    private let worthwhile: Double

    /// The cache of a directory's pictures.
    ///
    /// - Parameters:
    ///   - imageSize: the height and width of the images.
    ///   - worthwhile: seconds; what takes less is decoded again.
    init(of path: String, imageSize: Int, in directory: String, worthwhile: Double) {
        self.imageSize = imageSize
        self.worthwhile = worthwhile
        let place = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        let name = (try? Checksum.sha256(ofText: place)) ?? "0"
        file = "\(directory)/\(name.prefix(16))" + (imageSize == 32 ? "" : "-\(imageSize)")
    }

    /// The pictures, from the cache or from `decode`, which is given the files' paths.
    func decoded(
        _ listing: FolderListing, decode: ([RawPath]) throws -> PictureDecoder.Decoded
    ) throws -> Decoded {
        let key = try key(of: listing)
        if let known = read(key, pixelsToo: true) { return known }
        let paths = listing.files.map(\.path)
        let started = ContinuousClock.now
        let decoded = try decode(paths)
        let result = Decoded(
            pixels: decoded.pixels, problems: decoded.problems, digests: Self.digests(of: paths),
            shorterSides: decoded.shorterSides)
        // What cannot be kept is decoded again.
        if started.duration(to: .now) / .seconds(1) >= worthwhile { try? write(result, key) }
        return result
    }

    /// The digests of all files' contents.
    func digests(of listing: FolderListing) throws -> [String?] {
        try read(key(of: listing), pixelsToo: false)?.digests
            ?? Self.digests(of: listing.files.map(\.path))
    }

    /// A file that cannot be read has no digest; that it cannot be used is said when it is decoded.
    private static func digests(of paths: [RawPath]) -> [String?] {
        paths.map { try? Checksum.sha256(ofFile: $0.bytes, named: $0.text) }
    }

    /// What changes when a file does.
    private func key(of listing: FolderListing) throws -> String {
        let lines = listing.files.map { file in
            var status = stat()
            _ = file.path.withCString { stat($0, &status) }
            let time = status.st_mtim
            return file.name.bytes + Array(" \(status.st_size) \(time.tv_sec).\(time.tv_nsec)\n".utf8)
        }
        return try Checksum.sha256(ofBytes: Array(lines.joined()))
    }

    private func read(_ key: String, pixelsToo: Bool) -> Decoded? {
        guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
        defer { try? handle.close() }
        guard let length = try? handle.read(upToCount: 8), length.count == 8 else { return nil }
        let count = length.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard count < 1 << 32, let text = try? handle.read(upToCount: Int(count)),
            let header: Header = try? Record(json: String(decoding: text, as: UTF8.self)).decoded(),
            header.key == key
        else { return nil }
        let pixels = pixelsToo ? (try? handle.readToEnd()) ?? Data() : Data()
        guard !pixelsToo || pixels.count == header.digests.count * imageSize * imageSize * 3 else {
            return nil
        }
        let problems = header.problems.compactMap { index, problem in Int(index).map { ($0, problem) } }
        return Decoded(
            pixels: [UInt8](pixels), problems: Dictionary(uniqueKeysWithValues: problems),
            digests: header.digests, shorterSides: header.shorterSides)
    }

    private func write(_ decoded: Decoded, _ key: String) throws {
        let problems = decoded.problems.map { ("\($0.key)", $0.value) }
        let header = Header(
            key: key, digests: decoded.digests, problems: Dictionary(uniqueKeysWithValues: problems),
            shorterSides: decoded.shorterSides)
        let text = Array(try Record(encoding: header).json().utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        try AtomicFile.prepareDirectory(URL(fileURLWithPath: file).deletingLastPathComponent().path)
        try AtomicFile.write([length, text, decoded.pixels], to: file)
    }
}
