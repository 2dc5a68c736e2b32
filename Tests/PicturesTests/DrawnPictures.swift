import EmbeddedPython
import Foundation

/// A directory of pictures drawn with Pillow, removed with this object.
final class DrawnPictures {
    let url = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)")
    var path: String { url.path }

    /// The directory that the Python code under test is imported from.
    static let pythonPaths = [
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "python").path
    ]

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let module = """
            from pathlib import Path
            from PIL import Image
            def plain(path, width, height, red, green, blue):
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (width, height), (red, green, blue)).save(path)
            def clouds(path, width, height, mode, orientation, progressive):
                rows, columns = max(2, height // 9), max(2, width // 7)
                noise = Image.effect_noise((3 * columns, rows), 90).tobytes()
                image = Image.frombytes("RGB", (columns, rows), noise).resize((width, height)).convert(mode)
                exif = Image.Exif()
                exif[0x0112] = orientation
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                image.save(path, "JPEG", quality=85, exif=exif, progressive=progressive)
            """
        try Data(module.utf8).write(to: url.appending(path: "draws_pictures.py"))
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Draws a picture of one color, and returns its path.
    @discardableResult
    func plain(_ name: String, size: (width: Int, height: Int) = (40, 40), color: [UInt8]) throws -> String {
        try Python.start(searchPaths: [path])
        let file = url.appending(path: name).path
        _ = try Python.call(
            "plain", in: "draws_pictures",
            [.string(file), .int(size.width), .int(size.height)] + color.map { .int(Int($0)) })
        return file
    }

    /// Draws a JPEG picture of random colored clouds, and returns its path.
    func clouds(
        _ name: String, size: (width: Int, height: Int), mode: String = "RGB", orientation: Int = 1,
        isProgressive: Bool = false
    ) throws -> String {
        try Python.start(searchPaths: [path])
        let file = url.appending(path: name).path
        _ = try Python.call(
            "clouds", in: "draws_pictures",
            [
                .string(file), .int(size.width), .int(size.height), .string(mode), .int(orientation),
                .bool(isProgressive),
            ])
        return file
    }

    /// Writes a file that is no picture, and returns its path.
    @discardableResult
    func text(_ name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("no picture".utf8).write(to: file)
        return file.path
    }
}
