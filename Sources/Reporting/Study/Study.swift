import BigEggs
import Foundation

/// The study's runs and their records.
public struct Study {
    /// The directory of the records of built-in recipes (``Recipe/named``), one file per run, such as
    /// `flip-2.json`. In a checkout these records are committed.
    public let records: String
    /// The directory that contains each run's output directory.
    public let runs: String

    /// The study of a project. An installation keeps its study in the current directory.
    public init(project: Project) {
        runs = "\(project.outputRoot)/runs/study"
        records = project.isInstalled ? "\(runs)/records" : project.path("report/study")
    }

    /// The path of a run's record. Records of recipes from files are not part of the report and have another
    /// directory.
    public func record(_ run: StudyRun) -> String {
        "\(directory(of: run))/\(run.name).json"
    }

    /// The directory of a run's record.
    public func directory(of run: StudyRun) -> String {
        run.recipe.file == nil ? records : "\(runs)/records"
    }

    /// The record of a run; nil if there is none with the run's present settings.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    public func recorded(_ run: StudyRun) throws -> Record? {
        guard FileManager.default.fileExists(atPath: record(run)) else { return nil }
        let record = try Record.read(record(run))
        guard run.isDescribed(by: record) else { return nil }
        return record
    }

    /// The SHA-256 of the existing records of some runs.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    func digest(of runs: [StudyRun]) throws -> String {
        let lines = try runs.compactMap { run in
            try recorded(run).map { _ in "\(run.name) \(try Checksum.sha256(of: record(run)))" }
        }
        return try Checksum.sha256(ofText: lines.joined(separator: "\n"))
    }

    /// Trains or resumes one run, by default in a child process, and keeps its record.
    ///
    /// - Parameters:
    ///   - options: arguments of `bigeggs train` for data set, precision and threads.
    ///   - restart: whether to restart an interrupted training.
    ///   - train: runs `bigeggs train` with arguments in this process, and returns its exit status; nil for a child
    ///     process.
    /// - Throws: ``ReportingError``, and errors of writing the record.
    public func train(
        _ run: StudyRun, options: [String], restart: Bool = false,
        here train: (([String]) throws -> Int32)? = nil
    ) throws {
        try TrainingProcess(
            name: run.name, command: run.command, arguments: run.arguments + options,
            directory: "\(runs)/\(run.name)", record: record(run)
        ).run(restart: restart, by: train ?? TrainingProcess.startChild)
    }
}
