import Foundation
import Testing

/// A directory that lives as long as the test that made it.
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

/// Batches in CIFAR-10's layout whose every byte is known.
enum SmallBatches {
    /// The value of a pixel of the image that has `label` and is number `image` of its batch.
    static func pixel(image: Int, row: Int, column: Int, channel: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: image * 89 + row * 7 + column * 3 + channel * 101)
    }

    /// Records with the given labels, planes of one channel after another.
    static func batch(labels: [UInt8]) -> [UInt8] {
        labels.enumerated().flatMap { image, label in
            [label]
                + (0..<3 * 32 * 32).map {
                    pixel(image: image, row: $0 / 32 % 32, column: $0 % 32, channel: $0 / 1024)
                }
        }
    }

    /// A directory with one training batch of three images and a test batch of two.
    static func directory() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write(batch(labels: [3, 9, 0]), to: "cifar-10-batches-bin/data_batch_1.bin")
        try directory.write(batch(labels: [1, 2]), to: "cifar-10-batches-bin/test_batch.bin")
        return directory
    }

    /// The same as an archive, with whatever else `change` puts into the directory before.
    static func archive(
        of names: [String] = ["cifar-10-batches-bin"], options: String = "-czf",
        change: (TemporaryDirectory) throws -> Void = { _ in }
    ) throws -> (path: String, directory: TemporaryDirectory) {
        let directory = try directory()
        try change(directory)
        let name = "small.tar.gz"
        let command = (["tar", "-P", options, name] + names).joined(separator: " ")
        try directory.run("/bin/sh", "-c", command)
        return (directory.path + "/" + name, directory)
    }
}
