import Foundation
import Testing

/// `install-requirements` on a simulated machine: PATH has few programs, and the package tools are fakes.
@Suite struct SetUpTests {
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("install-requirements")

    private func install(lacking package: String, programs: [String: String]) throws -> BigEggsProgram {
        let directory = try TemporaryDirectory()
        let query = """
            for name in "$@"; do
                case $name in -*|*'$'*|\(package)) ;; *) printf '%s' "$name=installed " ;; esac
            done
            """
        var programs = programs
        programs["dpkg-query"] = query
        programs["swift"] = "true"
        for (name, body) in programs {
            let file = directory.url.appendingPathComponent(name)
            try Data("#!/bin/bash\n\(body)\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        for name in ["bash", "env"] {
            try FileManager.default.createSymbolicLink(
                atPath: directory.path + "/" + name, withDestinationPath: "/usr/bin/" + name)
        }
        return try BigEggsProgram(running: Self.script, environment: ["PATH": directory.path])
    }

    @Test func withNothingMissingTheScriptPrintsNothing() throws {
        let run = try install(lacking: "none", programs: [:])
        #expect(run.status == 0)
        #expect(run.output.isEmpty && run.errors.isEmpty)
    }

    @Test func missingPackagesAreInstalled() throws {
        let say = #"echo "apt-get $*""#
        let run = try install(
            lacking: "libdnnl-dev", programs: ["apt-get": say, "sudo": #"exec "$@""#])
        #expect(run.status == 0)
        #expect(run.output.contains("apt-get -qq update\n"))
        #expect(run.output.hasSuffix(" install libdnnl-dev\n"))
    }

    @Test func withoutAptTheMissingPackagesAreReported() throws {
        let run = try install(lacking: "libdnnl-dev", programs: [:])
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(
            run.errors
                == "error: these packages are missing and there is no apt-get to install them: libdnnl-dev\n")
    }
}
