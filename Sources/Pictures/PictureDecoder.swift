import BigEggs
import CPictures
import Dispatch
import EmbeddedPython

/// Decodes picture files of any size to the small squares that are a network's input.
///
/// The formats are JPEG, PNG, WebP and GIF (the first image of an animation). A picture is turned upright as EXIF says,
/// the middle square is cut out and scaled with Lanczos's filter, and transparent places become white. libjpeg-turbo
/// decodes usual JPEG files, on all cores. Pillow, in the embedded interpreter, decodes all others and damaged ones. A
/// JPEG file gives the same bytes either way.
public struct PictureDecoder: Sendable {
    /// The results for some files.
    public struct Decoded: Sendable {
        /// `[count, side, side, 3]`, row-major; zeros for a file with a problem.
        public let pixels: [UInt8]
        /// For each unusable file, by its index, a sentence that names it and says why.
        public let problems: [Int: String]
    }

    /// The result for one file.
    struct File: Codable, Equatable {
        /// The SHA-256 of the file's contents; nil if the file cannot be read.
        var digest: String?
        /// The picture's shorter side in pixels; 0 if there is a problem.
        var shorterSide = 0
        /// For an unusable file, a sentence that names it and says why.
        var problem: String?
    }

    /// Files per call: few enough to show progress between calls, many enough that no core waits long at the end.
    static let batch = 128

    /// A JPEG is decoded at a half, a quarter or an eighth of its size if each side then still has at least
    /// this number of pixels, and at least as many as the square.
    /// `LEAST_DECODED` of `bigeggs_pictures` must be equal.
    private static let leastDecoded = 128

    /// The maximum size, in bytes, of a file that is read into memory as a whole.
    private static let largest = 64 << 20

    private let searchPaths: [String]

    /// A decoder.
    ///
    /// - Parameter pythonPaths: where the Python module `bigeggs_pictures` is imported from.
    public init(pythonPaths: [String]) { searchPaths = pythonPaths }

    /// Decodes files.
    ///
    /// - Parameters:
    ///   - paths: the files.
    ///   - side: the height and width of the squares.
    ///   - progress: called after each batch with the number of files done.
    /// - Throws: `PythonError`, which names the package if Python or Pillow is missing. Problems of files are in
    ///   the result instead.
    public func decode(
        _ paths: [String], side: Int, progress: (Int) -> Void = { _ in }
    ) throws -> Decoded {
        let size = side * side * 3
        var problems: [Int: String] = [:]
        var pixels = [UInt8](repeating: 0, count: paths.count * size)
        try pixels.withUnsafeMutableBytes { memory in
            for start in stride(from: 0, to: paths.count, by: Self.batch) {
                let range = start..<min(start + Self.batch, paths.count)
                let files = try decode(
                    paths[range].map { RawPath($0) }, side: side,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: memory[range.lowerBound * size..<range.upperBound * size]))
                for (index, file) in zip(range, files) { problems[index] = file.problem }
                progress(range.upperBound)
            }
        }
        return Decoded(pixels: pixels, problems: problems)
    }

    /// Decodes a batch of files, whose paths need not be UTF-8.
    ///
    /// - Parameter memory: `[paths.count, side, side, 3]`; filled with zeros for a file with a problem.
    /// - Throws: as ``decode(_:side:progress:)``.
    func decode(
        _ paths: [RawPath], side: Int, into memory: UnsafeMutableRawBufferPointer
    ) throws -> [File] {
        let size = side * side * 3
        var files = [File](repeating: File(), count: paths.count)
        files.withUnsafeMutableBufferPointer { files in
            nonisolated(unsafe) let files = files
            nonisolated(unsafe) let memory = memory
            DispatchQueue.concurrentPerform(iterations: paths.count) { index in
                files[index] = Self.read(
                    paths[index], side: side,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: memory[index * size..<(index + 1) * size]))
            }
        }
        let others = paths.indices.filter { files[$0].shorterSide == 0 }
        guard !others.isEmpty else { return files }
        try Python.start(searchPaths: searchPaths)
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: others.count * size, alignment: 64)
        defer { scratch.deallocate() }
        let result = try Python.call(
            "decode", in: "bigeggs_pictures", [.list(others.map { .bytes(paths[$0].bytes) }), .int(side)],
            filling: scratch)
        for ((place, index), found) in zip(others.enumerated(), result.list ?? []) {
            let square = UnsafeMutableRawBufferPointer(
                rebasing: memory[index * size..<(index + 1) * size])
            if case .int(let shorter) = found {
                files[index].shorterSide = shorter
                square.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: scratch[place * size..<(place + 1) * size]))
            } else {
                files[index].problem = found.string
                square.initializeMemory(as: UInt8.self, repeating: 0)
            }
        }
        return files
    }

    /// Reads a file, and decodes it if it is a usual JPEG.
    private static func read(
        _ path: RawPath, side: Int, into memory: UnsafeMutableRawBufferPointer
    ) -> File {
        guard let file = try? InputFile(bytes: path.bytes, named: path.text), file.size <= largest else {
            return File(digest: digest(of: path))
        }
        let contents = UnsafeMutableRawBufferPointer.allocate(byteCount: file.size, alignment: 64)
        defer { contents.deallocate() }
        guard let count = try? file.read(into: contents) else { return File() }
        let bytes = UnsafeRawBufferPointer(rebasing: contents[..<count])
        let result = File(digest: try? Checksum.sha256(ofBytes: bytes))
        guard bytes.starts(with: [0xFF, 0xD8, 0xFF]), let orientation = ExifOrientation.of(bytes) else {
            return result
        }
        return File(
            digest: result.digest,
            shorterSide: Int(
                picture_decode_jpeg(
                    bytes.bindMemory(to: UInt8.self).baseAddress, count, Int32(side),
                    Int32(max(side, leastDecoded)), Int32(orientation),
                    memory.bindMemory(to: UInt8.self).baseAddress)))
    }

    /// The digest of each file's contents.
    static func digests(of paths: [RawPath]) -> [String?] {
        var digests = [String?](repeating: nil, count: paths.count)
        digests.withUnsafeMutableBufferPointer { digests in
            nonisolated(unsafe) let digests = digests
            DispatchQueue.concurrentPerform(iterations: paths.count) { digests[$0] = digest(of: paths[$0]) }
        }
        return digests
    }

    /// The digest of a file; nil if it cannot be read. Decoding reports the reason.
    private static func digest(of path: RawPath) -> String? {
        try? Checksum.sha256(ofFile: path.bytes, named: path.text)
    }
}
