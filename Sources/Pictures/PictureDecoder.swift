import EmbeddedPython

/// Pictures of any size in files, decoded to the small squares that a network sees.
///
/// JPEG, PNG, WebP and GIF (of an animation the first image). A picture is turned upright as EXIF says, the
/// middle square is cut out and scaled with Lanczos's filter, and transparent places become white. Pillow does
/// it in the embedded interpreter, many pictures a call, each written where it belongs in Swift's memory.
public struct PictureDecoder: Sendable {
    /// What became of some files.
    public struct Decoded: Sendable {
        /// `[count, side, side, 3]`, row-major; zeros where there is a problem.
        public let pixels: [UInt8]
        /// By the place of a file that is no usable picture, a sentence that names it and says why.
        public let problems: [Int: String]
        /// The pixels of each picture's shorter side; 0 where there is a problem.
        public let shorterSides: [Int]
    }

    /// Files in a call: few enough to show progress between calls, many enough for calls to cost nothing.
    private static let batch = 32

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
    ///   - progress: told after each batch how many files are done.
    /// - Throws: `PythonError`, which names the package if Python or Pillow is missing; what is wrong with a
    ///   file is in the result instead.
    public func decode(
        _ paths: [String], side: Int, progress: (Int) -> Void = { _ in }
    ) throws -> Decoded {
        try decode(paths.map { RawPath($0) }, side: side, progress: progress)
    }

    /// The same for paths that need be no text.
    func decode(
        _ paths: [RawPath], side: Int, progress: (Int) -> Void = { _ in }
    ) throws -> Decoded {
        try Python.start(searchPaths: searchPaths)
        let size = side * side * 3
        var problems: [Int: String] = [:]
        var shorterSides = [Int](repeating: 0, count: paths.count)
        var pixels = [UInt8](repeating: 0, count: paths.count * size)
        try pixels.withUnsafeMutableBytes { memory in
            for start in stride(from: 0, to: paths.count, by: Self.batch) {
                let range = start..<min(start + Self.batch, paths.count)
                let result = try Python.call(
                    "decode", in: "bigeggs_pictures",
                    [.list(paths[range].map { .bytes($0.bytes) }), .int(side)],
                    filling: UnsafeMutableRawBufferPointer(
                        rebasing: memory[range.lowerBound * size..<range.upperBound * size]))
                for (index, found) in zip(range, result.list ?? []) {
                    problems[index] = found.string
                    if case .int(let side) = found { shorterSides[index] = side }
                }
                progress(range.upperBound)
            }
        }
        return Decoded(pixels: pixels, problems: problems, shorterSides: shorterSides)
    }
}
