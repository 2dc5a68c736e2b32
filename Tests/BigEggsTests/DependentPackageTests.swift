import Foundation
import Testing

@Suite struct DependentPackageTests {
    /// Runs only in `make test-package`, since it compiles the library again as part of the other package.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["BIGEGGS_PACKAGE"] != nil), .timeLimit(.minutes(20)))
    func anotherPackageBuildsOnTheLibraryAndTrains() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "run", "--package-path", root.appending(path: "Examples/swift").path,
            "--scratch-path", root.appending(path: ".build/examples-swift").path, "Train",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let accuracy = text.split(separator: " ").last.flatMap {
            Double($0.trimmingCharacters(in: .newlines))
        }
        #expect(try #require(accuracy, "\(text)") > 0.9)
    }
}
