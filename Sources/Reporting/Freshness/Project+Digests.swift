import BigEggs
import Foundation

extension Project {
    /// The path of a section's script.
    func script(_ section: ReportSection) -> String { path("notebooks/\(section.name)/main.swift") }

    /// The SHA-256 of a section's script: every character counts.
    func scriptDigest(_ section: ReportSection) throws -> String {
        try Checksum.sha256(of: script(section))
    }

    /// The SHA-256 of the library source that results depend on.
    ///
    /// This covers `BigEggs` without `Storage` (which stores results and computes none), the C kernels and the calls
    /// of oneDNN. Of `Reporting` it covers the report's network, settings and profiles, and the code that computes
    /// recorded results.
    ///
    /// The source is hashed because the compiled library differs from build to build. Comment lines and blank lines
    /// are left out: rewording a comment is no reason to train for an hour. An installation has no source, so the
    /// installed program is hashed instead.
    func libraryDigest() throws -> String {
        if isInstalled { return try Checksum.sha256(of: Project.executableDirectory + "/bigeggs") }
        let directories = [
            "Sources/BigEggs", "Sources/CKernels", "Sources/COneDNN", "Sources/Reporting/Analysis",
            "Sources/Reporting/Results",
        ]
        let single =
            ["Sources/Reporting/Profile.swift"]
            + ["ReportNetwork", "ReportSettings"].map { "Sources/Reporting/Recipes/\($0).swift" }
        let files =
            try directories.flatMap(sources).filter { !$0.hasPrefix("Sources/BigEggs/Storage/") } + single
        let code = try files.sorted().map { file in
            let text = try String(contentsOfFile: path(file), encoding: .utf8)
            return file + "\n" + Project.code(of: text)
        }
        return try Checksum.sha256(ofText: code.joined(separator: "\n"))
    }

    private func sources(in directory: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path(directory))
            .filter { path in [".swift", ".c", ".h"].contains { path.hasSuffix($0) } }
            .map { directory + "/" + $0 }
    }

    /// A source without blank lines and comment lines. Comment lines are lines that start with `//`, and the lines from
    /// one that starts with `/*` to the next `*/`.
    private static func code(of source: String) -> String {
        var isComment = false
        return source.lines.filter { line in
            var text = line.drop(while: \.isWhitespace)
            if !isComment {
                if text.isEmpty || text.hasPrefix("//") { return false }
                guard text.hasPrefix("/*") else { return true }
                text = text.dropFirst(2)
            }
            let end = text.range(of: "*/")
            isComment = end == nil
            // Code may follow a comment.
            return end.map { !text[$0.upperBound...].allSatisfy(\.isWhitespace) } ?? false
        }.joined(separator: "\n")
    }
}
