import Foundation

/// A finished process of `bigeggs` or another program: its exit status and its output.
struct BigEggsProgram {
    /// The built `bigeggs`, in the directory of the tests' executable.
    static let url: URL = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent("bigeggs")
    }()

    let status: Int32
    let output: String
    let errors: String

    /// Runs `bigeggs` with `arguments` in `directory` and waits for its end.
    init(_ arguments: String..., in directory: URL = FileManager.default.temporaryDirectory) throws {
        try self.init(running: Self.url, arguments, in: directory)
    }

    /// Runs any executable, in `environment`, or in the environment of the tests if that is nil.
    init(
        running executable: URL, _ arguments: [String] = [],
        in directory: URL = FileManager.default.temporaryDirectory, environment: [String: String]? = nil
    ) throws {
        // The output goes to files, because an unread pipe would fill up and block the process.
        let scratch = try TemporaryDirectory()
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = directory
        // AddressSanitizer's options are added to every environment.
        let options = ProcessInfo.processInfo.environment.filter { $0.key == "ASAN_OPTIONS" }
        if let environment { process.environment = environment.merging(options) { given, _ in given } }
        process.standardOutput = try scratch.emptyFile("output")
        process.standardError = try scratch.emptyFile("errors")
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        output = try scratch.text("output")
        errors = try scratch.text("errors")
    }

    /// Standard output, read as one JSON value.
    func json<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(output.utf8))
    }
}
