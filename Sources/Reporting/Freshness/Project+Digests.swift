import BigEggs
import Foundation

extension Project {
    /// The path of a section's script.
    func script(_ section: ReportSection) -> String { path("notebooks/\(section.name)/main.swift") }

    /// The SHA-256 of a section's script: every character counts.
    func scriptDigest(_ section: ReportSection) throws -> String {
        try Checksum.sha256(of: script(section))
    }

    /// The SHA-256 of the library's source, as far as results depend on it: all of `BigEggs` but `Storage`, which
    /// keeps what was computed and computes nothing, and of `Reporting` the settings of the report and what
    /// computes the recorded results.
    ///
    /// It is the source and not the compiled library, which differs from build to build. Comments and
    /// empty lines are left out: rewording one is no reason to train for an hour. An installation has no
    /// source and is not built anew, so there it is the program that was installed.
    func libraryDigest() throws -> String {
        if isInstalled { return try Checksum.sha256(of: Project.executableDirectory + "/bigeggs") }
        let directories = ["Sources/BigEggs", "Sources/Reporting/Analysis", "Sources/Reporting/Results"]
        let files = ["Sources/Reporting/Profile.swift", "Sources/Reporting/ReportSettings.swift"]
        let sources =
            try directories.flatMap(swiftFiles).filter { !$0.hasPrefix("Sources/BigEggs/Storage/") } + files
        let code = try sources.sorted().map { file in
            let text = try String(contentsOfFile: path(file), encoding: .utf8)
            return file + "\n" + Project.code(of: text)
        }
        return try Checksum.sha256(ofText: code.joined(separator: "\n"))
    }

    private func swiftFiles(in directory: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path(directory))
            .filter { $0.hasSuffix(".swift") }.map { directory + "/" + $0 }
    }

    /// A source without the lines that hold nothing or nothing but a comment.
    private static func code(of source: String) -> String {
        source.lines.filter { line in
            let text = line.drop(while: \.isWhitespace)
            return !text.isEmpty && !text.hasPrefix("//")
        }.joined(separator: "\n")
    }
}
