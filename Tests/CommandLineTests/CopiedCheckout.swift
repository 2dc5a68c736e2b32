import Foundation

/// A checkout whose sources a test may change: scripts, library and programs are copies; `python` is linked.
/// There is no compiler in its PATH, so a changed script is not compiled again.
struct CopiedCheckout {
    /// The checkout that is copied.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    /// The names of the sections: the folders in `notebooks` that hold a script.
    static let sections: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/notebooks")) ?? []
        return names.sorted().filter {
            FileManager.default.fileExists(atPath: "\(root)/notebooks/\($0)/main.swift")
        }
    }()
    /// The numbers of the sections.
    static let numbers = sections.compactMap { Int($0.prefix(2)) }
    let directory: TemporaryDirectory
    let data: TinyCIFAR10

    /// What `bigeggs status --json` prints.
    struct Status: Decodable {
        struct Section: Decodable {
            let section, state: String
            let reasons: [String]
            let headline: String?
        }
        let sections: [Section]
        let next: String?

        /// The numbers of the sections in a state.
        func numbers(_ state: String) -> [Int] {
            sections.filter { $0.state == state }.compactMap { Int($0.section.prefix(2)) }
        }
        func reasons(_ number: Int) -> [String] { sections[number - 1].reasons }
    }

    init(data: TinyCIFAR10) throws {
        directory = try TemporaryDirectory()
        self.data = data
        let files = FileManager.default
        let root = Self.root
        // In `report`, only `study` is a link, so that a full run writes its report into the copy.
        try files.createDirectory(atPath: directory.path + "/report", withIntermediateDirectories: false)
        for link in ["python", "report/study"] {
            try files.createSymbolicLink(
                atPath: directory.path + "/" + link, withDestinationPath: root + "/" + link)
        }
        try files.copyItem(atPath: root + "/Package.swift", toPath: directory.path + "/Package.swift")
        try files.copyItem(atPath: root + "/Sources", toPath: directory.path + "/Sources")
        try files.createDirectory(atPath: directory.path + "/bin", withIntermediateDirectories: true)
        let built = BigEggsProgram.url.deletingLastPathComponent().path
        for program in Self.sections + ["bigeggs"] {
            // Hard links fail across file systems; symbolic ones would make programs use the original files.
            try files.copyItem(atPath: built + "/" + program, toPath: directory.path + "/bin/" + program)
        }
        for section in Self.sections {
            let script = directory.path + "/notebooks/" + section
            try files.createDirectory(atPath: script, withIntermediateDirectories: true)
            try files.copyItem(
                atPath: "\(root)/notebooks/\(section)/main.swift", toPath: script + "/main.swift")
        }
    }

    var program: URL { directory.url.appendingPathComponent("bin/bigeggs") }
    var environment: [String: String] {
        ProcessInfo.processInfo.environment
            .merging(["PATH": directory.path, "BIGEGGS_DATA": data.path]) { _, own in own }
    }

    func run(_ arguments: String...) throws -> BigEggsProgram {
        try BigEggsProgram(
            running: program, arguments, in: directory.url, environment: environment)
    }

    func status(_ arguments: String...) throws -> Status {
        let run = try BigEggsProgram(
            running: program, ["status", "--json"] + arguments, in: directory.url, environment: environment)
        return try run.json(as: Status.self)
    }

    func replace(_ old: String, with new: String, in file: String) throws {
        let path = directory.url.appendingPathComponent(file)
        let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        try Data(text.replacing(old, with: new).utf8).write(to: path)
    }

    func append(_ text: String, to file: String) throws {
        let path = directory.url.appendingPathComponent(file)
        try (Data(contentsOf: path) + Data(text.utf8)).write(to: path)
    }
}
