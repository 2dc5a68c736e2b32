import Foundation
import Testing

/// Tests that the command starts its server and ends; test_preview.py tests the responses in a browser.
@Suite struct PreviewTests {
    @Test(arguments: [SIGINT, SIGTERM]) func previewPrintsItsAddressAndEndsOnASignal(signal: Int32) throws {
        let run = try recordedRun(ofDataWithChecksum: "md5:of another data set")
        let output = run.url.appendingPathComponent("output")
        let process = Process()
        // `env` restores the default actions of signals, as for a program started at a terminal.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "--default-signal=INT,TERM", BigEggsProgram.url.path, "preview", "--out", run.path,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try run.emptyFile("output")
        process.standardError = try run.emptyFile("errors")
        try process.run()
        var text = ""
        while process.isRunning, !text.contains("Out of date: ") {
            usleep(10_000)
            text = try String(contentsOf: output, encoding: .utf8)
        }
        let errors = try run.text("errors")
        #expect(text.hasPrefix("The report is at http://127.0.0.1:"), "\(errors)")
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try run.text("output").hasSuffix("\nThere is no report yet: `bigeggs report` writes it.\n"))
    }

    @Test func anInvalidPortIsAUsageError() throws {
        let run = try BigEggsProgram("preview", "--port", "70000")
        #expect(run.status == 64 && run.errors.contains("--port is 70000"))
    }
}
