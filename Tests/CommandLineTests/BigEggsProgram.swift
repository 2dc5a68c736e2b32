import Foundation

/// The built `bigeggs`, run as a process with arguments, two streams and a status.
struct BigEggsProgram {
    /// The executable beside the running tests.
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

    /// Runs any executable, with a changed environment where one is given.
    init(
        running executable: URL, _ arguments: [String] = [],
        in directory: URL = FileManager.default.temporaryDirectory, environment: [String: String]? = nil
    ) throws {
        // Files, because an unread pipe can fill up while the process runs.
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
