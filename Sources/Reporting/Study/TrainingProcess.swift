import BigEggs
import Foundation
import MessagePassing

/// A training by `bigeggs train` in a process of its own, whose record is kept.
struct TrainingProcess {
    /// What it is called where it is told about.
    let name: String
    /// The command that begins it, and goes on with it.
    let command: String
    /// The arguments of `bigeggs train`, without those that say where to.
    let arguments: [String]
    /// Where it trains, and the file of its record.
    let directory, record: String

    /// Trains, or goes on where a training was interrupted.
    ///
    /// - Parameters:
    ///   - restart: whether to train anew what was begun.
    ///   - train: runs `bigeggs train` with arguments, and returns its exit status.
    /// - Throws: ``ReportingError``, and whatever keeps the record from being written.
    func run(
        restart: Bool = false, by train: ([String]) throws -> Int32 = TrainingProcess.startChild
    ) throws {
        let world = try Communicator.world
        let isBegun = try world.fromFirst {
            try AtomicFile.prepareDirectory(URL(fileURLWithPath: record).deletingLastPathComponent().path)
            return !Checkpoints(in: directory).files.isEmpty
                || FileManager.default.fileExists(atPath: "\(directory)/training.json")
        }
        let status = try train(
            arguments + ["--out", directory] + (restart ? ["--restart"] : isBegun ? ["--resume"] : []))
        switch status {
        case 0: try world.inFirst { try Record.read("\(directory)/training.json").write(to: record) }
        case 128 + SIGINT, 128 + SIGTERM, 128 + SIGUSR1:
            let command = (Launcher.words + [command]).joined(separator: " ")
            throw ReportingError.runInterrupted(run: name, command: command, status: status)
        default: throw ReportingError.runFailed(run: name, status: status)
        }
    }

    static func startChild(_ arguments: [String]) throws -> Int32 {
        try ChildProcess.run(Project.executableDirectory + "/bigeggs", ["train"] + arguments)
    }
}
