import BigEggs
import Foundation
import MessagePassing

/// A training by `bigeggs train`, by default in a child process, whose record is kept.
struct TrainingProcess {
    /// The name used in messages.
    let name: String
    /// The command that starts or resumes it.
    let command: String
    /// The arguments of `bigeggs train`, without the output directory.
    let arguments: [String]
    /// The output directory, and the file of the record.
    let directory, record: String

    /// Trains, or resumes an interrupted training.
    ///
    /// - Parameters:
    ///   - restart: whether to restart an interrupted training.
    ///   - train: runs `bigeggs train` with arguments, and returns its exit status.
    /// - Throws: ``ReportingError``, and errors of writing the record.
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
        case _ where TerminationSignals.ended(status):
            let command = (Launcher.words + [command]).joined(separator: " ")
            throw ReportingError.runInterrupted(run: name, command: command, status: status)
        default: throw ReportingError.runFailed(run: name, status: status)
        }
    }

    static func startChild(_ arguments: [String]) throws -> Int32 {
        try ChildProcess.run(Project.executableDirectory + "/bigeggs", ["train"] + arguments)
    }
}
