import BigEggs
import Foundation

/// A run to compare with another: the sections of a report, or one training.
public struct ComparedRun: Sendable {
    /// One record of a run, to be compared with the part of the same name of another run.
    struct Part: Sendable {
        /// The section's name, or "training".
        let name: String
        /// The record's file.
        let file: String
        /// The record's contents.
        let record: Record
        /// The trained recipe's name, for ``SeedNoise``; nil for a section that trains no recipe.
        let recipe: String?
        /// The path of the trained weights; nil for a section, or if the file is missing.
        let weights: String?
    }

    /// The run's path, for display.
    public let name: String
    /// The run's records.
    let parts: [Part]
    /// The directory of a report's records; nil if the run is one training.
    let records: String?

    /// The recipes of the sections that train.
    private static let recipes = [
        "04-plain-training": "plain", "05-augmented-training": "augmented", "09-fast": "fast",
    ]

    /// Reads a run.
    ///
    /// - Parameter path: the output directory of a report or of `bigeggs train`, the record of a training, or the
    ///   checkout's own report.
    /// - Throws: ``ComparisonError``; `RecordError` or `FileError` for a record that cannot be read.
    public init(_ path: String, project: Project) throws {
        name = Project.shown(path)
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }
        // A checkout's own report lies in several directories.
        let isCommitted = [project.path("report"), project.root].contains(absolute) && !project.isInstalled
        let layout =
            isCommitted
            ? OutputLayout(project: project, profile: .full) : OutputLayout(directory: absolute)
        let sections = ReportSection.allCases.filter { exists(layout.record($0)) }
        guard sections.isEmpty else {
            records = layout.records
            parts = try sections.map { section in
                let record = try Record.read(layout.record(section))
                return Part(
                    name: section.name, file: layout.record(section), record: record,
                    recipe: Self.recipes[section.name], weights: nil)
            }
            return
        }
        records = nil
        guard
            let file = ["\(absolute)/training.json", absolute].first(where: {
                exists($0) && $0.hasSuffix(".json")
            })
        else { throw ComparisonError.noRun(path) }
        let record = try Record.read(file)
        guard record["results"] != nil, record["settings"] != nil else {
            throw ComparisonError.noRun(path)
        }
        let weights = "\(absolute)/weights.safetensors"
        parts = [
            Part(
                name: "training", file: file, record: record,
                recipe: record[path: "settings.recipe.name"]?.string,
                weights: exists(weights) ? weights : nil)
        ]
    }
}
