import EmbeddedPython
import Foundation
import Testing

@Suite struct EnvironmentVariableTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every environment variable that the code names, with a file that names it.
    private static func named() throws -> [String: String] {
        let patterns = [
            #/(?:environment|environ)\["([A-Z_]+)"\]/#, #/(?:get|set|unset)env\("(\w+)"/#,
            #/environ\.get\("(\w+)"/#, #/\b(BIGEGGS_[A-Z_]+[A-Z])\b/#,
        ]
        let shown = ["Sources", "python", "Package.swift", "setup.py", "Makefile"]
        var named: [String: String] = [:]
        for top in shown {
            let url = root.appending(path: top)
            let inner = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)?
                .compactMap { $0 as? URL }
            for file in (inner ?? []) + [url]
            where ["swift", "py", "h", "c", ""].contains(file.pathExtension) {
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                for pattern in patterns {
                    for match in text.matches(of: pattern) { named[String(match.1)] = file.lastPathComponent }
                }
            }
        }
        // An include guard is no variable.
        named["BIGEGGS_H"] = nil
        return named
    }

    @Test func everyEnvironmentVariableInTheCodeIsListed() throws {
        let named = try Self.named()
        #expect(
            named["BIGEGGS_DATA"] != nil && named["XDG_CACHE_HOME"] != nil && named["BIGEGGS_DOCS"] != nil)
        for (name, file) in named {
            #expect(EnvironmentVariable.of(name) != nil, "\(name), which \(file) names, is not in the list")
        }
    }

    @Test func eachVariableHasOneEntryAndAReason() {
        for variable in EnvironmentVariable.all {
            #expect(!variable.reason.isEmpty)
            let name = variable.name.replacing("*", with: "X")
            #expect(EnvironmentVariable.of(name)?.name == variable.name, "\(name) has an earlier entry")
        }
    }
}
