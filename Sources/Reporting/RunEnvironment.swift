import BigEggs
import Foundation

/// The machine and the software that a record was made with.
struct RunEnvironment: Codable, Sendable, Equatable {
    let processor: String
    let instructionSet: String
    let cores: Int
    let oneDNN: String
    let swift: String
    let system: String

    /// The environment of this process.
    static var current: RunEnvironment {
        RunEnvironment(
            processor: Machine.processor, instructionSet: Machine.instructionSet, cores: Machine.processors,
            oneDNN: Machine.oneDNN, swift: compiler,
            system: value(of: "PRETTY_NAME", separator: "=", in: "/etc/os-release") ?? "Linux")
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// The value of the first line `key<separator>value` of a file.
    private static func value(of key: String, separator: Character, in path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.lines {
            let parts = line.split(separator: separator, maxSplits: 1)
            if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key {
                return parts[1].trimmingCharacters(in: .whitespaces.union(["\""]))
            }
        }
        return nil
    }
}
