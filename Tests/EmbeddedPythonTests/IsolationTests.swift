import EmbeddedPython
import Foundation
import Testing

/// The interpreter starts once per process, so each test runs its own process.
@Suite struct IsolationTests {
    static let source = """
        import json, sys
        import numpy
        def describe():
            print("≥ printed first")
            return json.dumps({
                "prefix": sys.prefix, "executable": sys.executable, "numpy": numpy.__file__,
                "path": sys.path, "encoding": sys.stdout.encoding, "files": sys.getfilesystemencoding()})
        """

    struct Answer: Decodable, Equatable {
        let prefix, executable, numpy, encoding, files: String
        let path: [String]
    }

    /// The lines that the probe printed into a pipe, and the signal that ended it; nil if none did.
    private struct Run: Equatable {
        let lines: [String]
        let signal: Int32?
    }

    /// Runs the probe on a function of a module.
    private func probe(
        _ function: String, of module: PythonModule, environment: [String: String] = [:]
    ) throws -> Run {
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = [module.directory.path, module.name, function]
        process.environment = environment
        process.currentDirectoryURL = module.directory
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Run(
            lines: text.split(separator: "\n").map(String.init),
            signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil)
    }

    /// `PythonProbe` lies beside the test executable.
    private static func executable() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "PythonProbe")
    }

    @Test func theEnvironmentCannotSelectAnotherPython() throws {
        let module = try PythonModule("probe", Self.source)
        defer { module.remove() }
        // Everything that could select another Python: an executable, a home directory of Python, modules of
        // the same names, and a virtual environment.
        let decoy = module.directory.appending(path: "decoy")
        let bin = decoy.appending(path: "bin")
        try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
        for name in ["python", "python3", "python3.11"] {
            let command = bin.appending(path: name)
            try Data("#!/bin/sh\nexit 1\n".utf8).write(to: command)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: command.path)
        }
        try Data("home = \(decoy.path)/missing\n".utf8).write(to: decoy.appending(path: "pyvenv.cfg"))
        try Data("raise SystemError('decoy')\n".utf8).write(to: decoy.appending(path: "numpy.py"))

        let plain = try probe("describe", of: module)
        let misled = try probe(
            "describe", of: module,
            environment: [
                "PATH": "\(bin.path):/usr/bin:/bin", "PYTHONHOME": decoy.path + "/missing",
                "PYTHONPATH": decoy.path,
                "VIRTUAL_ENV": decoy.path, "PYTHONSTARTUP": decoy.appending(path: "numpy.py").path,
                "PYTHONEXECUTABLE": bin.appending(path: "python3").path,
                "__PYVENV_LAUNCHER__": bin.appending(path: "python3").path, "LC_ALL": "C",
            ])
        #expect(plain.lines.first == "≥ printed first")
        #expect(misled == plain)

        let answer = try JSONDecoder().decode(Answer.self, from: Data(try #require(plain.lines.last).utf8))
        #expect(answer.prefix == "/usr")
        #expect(answer.executable == "/usr/bin/python3")
        #expect(answer.numpy.hasPrefix("/usr/"))
        #expect(answer.encoding == "utf-8")
        #expect(answer.files == "utf-8")
        #expect(!answer.path.contains("") && !answer.path.contains(decoy.path))
    }

    @Test func pythonSeesAllVariablesExceptThoseSetAside() throws {
        let module = try PythonModule(
            "sees",
            """
            import os
            def names(): return " ".join(sorted(os.environ))
            """)
        defer { module.remove() }
        var environment: [String: String] = [:]
        for variable in EnvironmentVariable.all {
            environment[variable.name.replacing("*", with: "X")] = "1"
        }
        environment["ANOTHER"] = "1"
        let kept = environment.keys.filter { EnvironmentVariable.of($0)?.treatment != .setAside }
        #expect(kept.count < environment.count && kept.contains("ANOTHER") && kept.contains("HOME"))
        let run = try probe("names", of: module, environment: environment)
        #expect(run.lines == [kept.sorted().joined(separator: " ")])
    }

    @Test func anInterruptDuringAPythonCallEndsTheProcess() throws {
        let module = try PythonModule(
            "interrupts",
            """
            import os, signal, subprocess
            def interrupt():
                os.kill(os.getpid(), signal.SIGINT)
                return "Python kept the interrupt to itself"
            """)
        defer { module.remove() }
        let run = try probe("interrupt", of: module)
        #expect(run == Run(lines: [], signal: SIGINT))
    }

    @Test(arguments: [
        ("numpy", "python3-numpy"), ("matplotlib", "python3-matplotlib"), ("jinja2", "python3-jinja2"),
        ("nbformat", "python3-nbformat"), ("PIL", "python3-pil"), ("nbconvert", "python3-nbconvert"),
    ])
    func aMissingModuleIsReportedWithItsPackage(name: String, package: String) throws {
        // In sys.modules, None marks a module as missing.
        let module = try PythonModule(
            "misses",
            """
            import sys
            sys.modules["\(name)"] = None
            def use(): import \(name)
            """)
        defer { module.remove() }
        let sentence = "Python module \(name) is missing: install it with `apt-get install \(package)`"
        #expect(try probe("use", of: module) == Run(lines: [sentence], signal: nil))
    }
}
