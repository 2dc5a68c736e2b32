import BigEggs
import Foundation

/// The records of an existing run, read once.
struct RecordedRun {
    let layout: OutputLayout
    /// The sections that have a record, in their order.
    let sections: [ReportSection]
    private let records: [ReportSection: Record]

    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    init(in layout: OutputLayout) throws {
        self.layout = layout
        sections = ReportSection.allCases.filter {
            FileManager.default.fileExists(atPath: layout.record($0))
        }
        records = Dictionary(
            uniqueKeysWithValues: try sections.map { ($0, try Record.read(layout.record($0))) })
    }

    /// The value at a path of a section's record.
    subscript(section: ReportSection, path path: String) -> Record? { records[section]?[path: path] }

    /// Whether any section was run on data of this checksum.
    func has(data: String) -> Bool { sections.contains { isOf(data: data, $0) } }

    /// Whether a section was run on data of this checksum.
    func isOf(data: String, _ section: ReportSection) -> Bool {
        self[section, path: "data.checksum"]?.string == data
    }

    /// Whether a training was run on this kind of processor.
    ///
    /// - Throws: `RecordError` or `FileError` for a trace that cannot be read.
    func has(kind: String) throws -> Bool {
        try sections.contains { try RecordedTrace(reading: layout.trace($0))?.engine.kind == kind }
    }

    /// How long sections took, in seconds.
    func seconds(_ sections: [ReportSection]) -> Double {
        sections.compactMap { self[$0, path: "run.seconds"]?.number }.reduce(0, +)
    }

    /// Copies a section's record and weights.
    ///
    /// - Returns: false, without copying, if one of these files is missing.
    /// - Throws: errors of reading or writing a file.
    func copy(_ section: ReportSection, to target: OutputLayout) throws -> Bool {
        var files = [(layout.record(section), target.record(section))]
        if let weights = self[section, path: "results.weights.file"]?.string {
            files.append(("\(layout.weights)/\(weights)", "\(target.weights)/\(weights)"))
        }
        guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.0) }) else { return false }
        for (source, target) in files {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: source))
            try AtomicFile.write([Array(bytes)], to: target)
        }
        return true
    }
}
