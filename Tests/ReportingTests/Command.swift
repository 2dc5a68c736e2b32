import Foundation

/// A program and its arguments; ``output()`` runs it to its end.
struct Command {
    let program: String
    let arguments: [String]

    init(_ program: String, _ arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }

    struct Failed: Error, CustomStringConvertible {
        let status: Int32
        let errors: String
        var description: String { "status \(status): \(errors)" }
    }

    /// Runs the program and returns its standard output.
    ///
    /// - Throws: ``Failed`` with its standard error, if it ends with a status other than 0.
    @discardableResult
    func output() throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Standard error may be read last: in these tests it is far smaller than a pipe's buffer.
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let message = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(status: process.terminationStatus, errors: String(decoding: message, as: UTF8.self))
        }
        return data
    }
}

/// A directory that is removed with this object.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bigeggs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
