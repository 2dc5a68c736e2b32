import BigEggs
import Foundation

/// Finds which sections are up to date, by comparing their noted inputs with the present ones.
public struct Freshness {
    private let project: Project
    private let layout: OutputLayout
    private let options: SectionOptions
    private let library: String
    private let data: String?

    /// Hashes the library, which every section depends on.
    ///
    /// - Parameters:
    ///   - project: the checkout with scripts and library.
    ///   - layout: where the results are.
    ///   - options: the options of a run now.
    ///   - data: the checksum of the data set; nil, and not compared, if the data set is not available.
    /// - Throws: errors of reading the library's source.
    public init(project: Project, layout: OutputLayout, options: SectionOptions, data: String?) throws {
        self.project = project
        self.layout = layout
        self.options = options
        self.data = data
        library = try project.libraryDigest()
    }

    /// The status of all sections, in their order.
    public func all() throws -> [SectionStatus] {
        var statuses: [SectionStatus] = []
        for section in ReportSection.allCases { statuses.append(try status(of: section, after: statuses)) }
        return statuses
    }

    private func status(of section: ReportSection, after earlier: [SectionStatus]) throws -> SectionStatus {
        let record = try? Record.read(layout.record(section))
        let stamp = Stamp.read(layout.stamp(section))
        var reasons: [String] =
            if record == nil {
                []
            } else if let stamp {
                try outputs(of: section, stamp, record) + inputs(of: section, stamp)
                    + reads(stamp, after: earlier)
            } else {
                ["its inputs are not recorded"]
            }
        let state: SectionStatus.State = record == nil ? .neverRun : reasons.isEmpty ? .fresh : .stale
        if state != .fresh { reasons += unfinished(section) }
        return SectionStatus(
            section: section.name, title: try project.title(of: section), state: state, reasons: reasons,
            date: record?[path: "run.date"]?.string, seconds: record?[path: "run.seconds"]?.number,
            headline: record == nil ? nil : stamp?.headline)
    }

    /// States the epoch in which the section's interrupted training resumes; empty without such a training.
    private func unfinished(_ section: ReportSection) -> [String] {
        guard let saved = try? layout.checkpoints(section).newest()?.checkpoint.progress else { return [] }
        return ["its training is to go on in epoch \(saved.epoch + 1)"]
    }

    /// Which files of the last run are missing or changed.
    private func outputs(of section: ReportSection, _ stamp: Stamp, _ record: Record?) throws -> [String] {
        var reasons: [String] = []
        if try Checksum.sha256(of: layout.record(section)) != stamp.record {
            reasons.append("its record is not the one that its last whole run wrote")
        }
        if !FileManager.default.fileExists(atPath: layout.notebook(section)) {
            reasons.append("its notebook is missing")
        }
        if let file = record?[path: "results.weights.file"]?.string {
            let digest = try? Checksum.sha256(of: "\(layout.weights)/\(file)")
            if digest != record?[path: "results.weights.sha256"]?.string {
                reasons.append("\(file) is \(digest == nil ? "missing" : "not the one it wrote")")
            }
        }
        return reasons
    }

    /// Which of script, library, data set, study records and options have changed.
    private func inputs(of section: ReportSection, _ stamp: Stamp) throws -> [String] {
        var reasons: [String] = []
        if try project.scriptDigest(section) != stamp.script { reasons.append("its script has changed") }
        if library != stamp.library { reasons.append("the library has changed") }
        if let data, let used = stamp.data, data != used {
            reasons.append("the data set is another one (\(data), not \(used))")
        }
        for (digest, runs) in [(stamp.study, StudyRun.beyond), (stamp.fastStudy, StudyRun.fast)] {
            guard let digest, try Study(project: project).digest(of: runs) != digest else { continue }
            reasons.append("the study's records have changed")
        }
        let given = options.inputs(heeding: stamp.heeded ?? ["--epochs", "--precision"])
        for name in Set(given.keys).union(stamp.options.keys).sorted()
        where given[name] != stamp.options[name] {
            let (then, now) = (stamp.options[name] ?? "not given", given[name] ?? "not given")
            reasons.append("\(name) was \(then), is \(now)")
        }
        return reasons
    }

    /// Which of the sections that this one reads are stale or have changed results.
    private func reads(_ stamp: Stamp, after earlier: [SectionStatus]) throws -> [String] {
        try stamp.reads.sorted { $0.key < $1.key }.compactMap { name, digests in
            guard let status = earlier.first(where: { $0.section == name }) else { return nil }
            if status.state != .fresh { return "it reads \(name), which is to run again" }
            let now = try EarlierRecord.digests(
                of: digests.keys, in: Record.read("\(layout.records)/\(name).json"))
            let changed = digests.keys.filter { digests[$0] != now[$0] }.sorted()
            return changed.isEmpty ? nil : "\(changed.joined(separator: ", ")) of \(name) changed"
        }
    }
}
