import BigEggs
import Foundation
import Testing

/// A directory that is removed with this object.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "bigeggs-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and the directories above it, and returns its path.
    @discardableResult func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    /// Runs a program in this directory and expects it to succeed.
    @discardableResult func run(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
        return String(decoding: data, as: UTF8.self)
    }
}

/// Batches in CIFAR-10's layout with known bytes.
enum SmallBatches {
    /// The value of a pixel of image number `image` of a batch.
    static func pixel(image: Int, row: Int, column: Int, channel: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: image * 89 + row * 7 + column * 3 + channel * 101)
    }

    /// Records with the given labels; pixels are channel planes.
    static func batch(labels: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (image, label) in labels.enumerated() {
            bytes.append(label)
            for channel in 0..<3 {
                for position in 0..<1024 {
                    bytes.append(
                        pixel(image: image, row: position / 32, column: position % 32, channel: channel))
                }
            }
        }
        return bytes
    }

    /// A directory with one training batch of three images and a test batch of two.
    static func directory() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(batch(labels: [3, 9, 0]), to: "cifar-10-batches-bin/data_batch_1.bin")
        try directory.write(batch(labels: [1, 2]), to: "cifar-10-batches-bin/test_batch.bin")
        return directory
    }
}

/// ``SmallBatches`` as an archive.
struct SmallArchive {
    let directory: TemporaryDirectory
    let path: String

    /// Creates the directory, calls `change` on it, and packs the files `names`.
    init(
        of names: String = "cifar-10-batches-bin", options: String = "",
        change: (TemporaryDirectory) throws -> Void = { _ in }
    ) throws {
        directory = try SmallBatches.directory()
        path = directory.path + "/small.tar.gz"
        try change(directory)
        try directory.run("/bin/sh", "-c", "tar -P \(options) -czf small.tar.gz \(names)")
    }

    func load() throws -> LoadedDataset { try DataSource.path(path).load() }
}
