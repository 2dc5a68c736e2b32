import EmbeddedPython
import Foundation

/// A Python module that a test writes into a directory of its own.
struct PythonModule {
    let name: String
    let directory: URL

    init(_ name: String, _ source: String) throws {
        self.name = name
        directory = FileManager.default.temporaryDirectory.appending(path: "module-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data(source.utf8).write(to: directory.appending(path: "\(name).py"))
    }

    /// Calls one of the module's functions.
    func call(_ function: String, _ arguments: PythonValue...) throws -> PythonValue {
        try Python.start(searchPaths: [directory.path])
        return try Python.call(function, in: name, arguments)
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }
}
