import Foundation
import Testing

/// Files that the scripts in Tests/Peers made.
enum Fixture {
    static func path(_ name: String) throws -> String {
        let (stem, suffix) = (name.prefix { $0 != "." }, name.drop { $0 != "." }.dropFirst())
        let url = Bundle.module.url(
            forResource: String(stem), withExtension: String(suffix), subdirectory: "Fixtures")
        return try #require(url, "no fixture \(name)").path
    }
}
